using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Numerics;
using System.Threading.Tasks;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Meshes.Atlas;
using DreamFusion.Pipeline.Training;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>An exported object.</summary>
/// <param name="Textured">The mesh with its texture, vertices split along seams.</param>
/// <param name="Solid">The same surface with whole vertices, for formats with colours on the vertices.</param>
/// <param name="Normals">Unit normals of the whole vertices [V].</param>
/// <param name="Colours">Albedo at the whole vertices [V], 0..1.</param>
/// <param name="Report">How good it is.</param>
public sealed record ExportedMesh(TexturedMesh Textured, TriangleMesh Solid, Vector3[] Normals, Vector3[] Colours, MeshReport Report);

/// <summary>
/// From a field to a mesh: threshold, surface, clean-up, decimation, normals, texture, report. Everything but the field's own kernels runs
/// in a fixed order, so the same field gives the same mesh, whatever the number of threads.
/// </summary>
public sealed class MeshExport
{
    // The pass that chooses the threshold; the silhouettes it is judged by are no finer.
    private const int ScoutResolution = 96;

    private readonly ISolidField _field;
    private readonly IFieldViews _views;
    private readonly ExportOptions _options;
    private readonly ParallelOptions _parallel;
    private readonly StepClock _clock = new();
    private readonly List<string> _notes = [];

    private MeshExport(ISolidField field, IFieldViews views, ExportOptions options)
    {
        _field = field;
        _views = views;
        _options = options;
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads };
    }

    /// <summary>Makes the mesh.</summary>
    /// <param name="field">The field.</param>
    /// <param name="views">Renders it, as the truth for threshold and report.</param>
    /// <param name="options">How.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if the field is empty or has no surface at the threshold.</exception>
    public static ExportedMesh Run(ISolidField field, IFieldViews views, ExportOptions options)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(views);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new MeshExport(field, views, options).Run();
    }

    private ExportedMesh Run()
    {
        _clock.Restart();
        var scout = SamplingLattice.Cube(_field.Bound, Math.Min(ScoutResolution, _options.Resolution));
        float[] densities = IsoSurface.SampleAll(_field, scout);
        _clock.Lap("scout");
        ThresholdChoice choice = ChooseThreshold(densities, scout);
        SamplingLattice lattice = Around(densities, scout, choice.Threshold);
        _clock.Lap("threshold");
        TriangleMesh surface = IsoSurface.Extract(_field, lattice, choice.Threshold);
        if (surface.FaceCount == 0)
        {
            throw NoSurface(densities, choice.Threshold);
        }

        _clock.Lap("surface");
        TriangleMesh clean = MeshCleanup.Apply(surface, _options.LeastPartShare, out CleanupReport cleanup);
        _clock.Lap("clean-up");
        TriangleMesh mesh = QuadricDecimator.Reduce(clean, _options.Faces);
        _clock.Lap("decimation");
        Vector3[] normals = SurfaceNormals.Of(_field, mesh, lattice.CellSize);
        _clock.Lap("normals");
        var atlas = UvAtlas.Create(mesh, _options.TextureSize);
        _clock.Lap("atlas");
        float depth = _options.BakeDepth * _field.Bound;
        var probe = new BakeProbe(depth, depth, _options.BakeSamples);
        FloatImage texture = TextureBaker.Bake(_field, mesh, normals, atlas, probe);
        _clock.Lap("texture");
        TexturedMesh textured = Split(mesh, normals, atlas, texture);
        MeshComparison comparison = MeshComparison.Of(textured, Render(_options.ReportViews, _options.ViewSize), _parallel);
        int flipped = CountFlipped(mesh, lattice.CellSize);
        _clock.Lap("report");
        MeshReport report = new()
        {
            Threshold = choice.Threshold,
            Trials = choice.Trials,
            Resolution = _options.Resolution,
            Cells = (lattice.CountX - 1, lattice.CountY - 1, lattice.CountZ - 1),
            CellSize = lattice.CellSize,
            ExtractedFaces = surface.FaceCount,
            Cleanup = cleanup,
            Faces = mesh.FaceCount,
            Vertices = mesh.VertexCount,
            Topology = MeshTopology.Of(mesh),
            FlippedFaces = flipped,
            TextureSize = atlas.Size,
            Charts = atlas.Charts.Count,
            OverlappingTexels = atlas.CountOverlaps(atlas.Size),
            TexelsPerMetre = atlas.TexelsPerUnit,
            TextureUse = atlas.CoveredShare(),
            SilhouetteIoU = comparison.SilhouetteIoU,
            Psnr = comparison.Psnr,
            ObjectPsnr = comparison.ObjectPsnr,
            Views = _options.ReportViews,
            Seconds = [.. _clock.Seconds],
            PeakMemoryBytes = PeakMemory(),
            Notes = _notes,
        };
        return new ExportedMesh(textured, mesh, normals, VertexColours(mesh, normals, probe), report);
    }

    private IReadOnlyList<FieldView> Render(int count, int size) =>
        [.. MeshViews.Around(_field.Bound, count).Select(camera => _views.Render(camera, size, size))];

    private ThresholdChoice ChooseThreshold(float[] densities, SamplingLattice scout)
    {
        if (_options.Threshold is { } given)
        {
            return new ThresholdChoice(given, [], null);
        }

        ThresholdChoice choice = new ThresholdSearch(_field, densities, scout, Render(_options.ThresholdViews, _options.ThresholdViewSize), _parallel).Run();
        if (choice.Note is { } note)
        {
            _notes.Add(note);
        }

        return choice;
    }

    // The box of what is above the threshold in the coarse pass, two of its cells wider: all cells of the fine pass go where the object is.
    private static SamplingLattice BoxAround(float[] densities, SamplingLattice scout, float threshold, int resolution)
    {
        Vector3 least = new(float.PositiveInfinity), greatest = new(float.NegativeInfinity);
        for (int i = 0; i < densities.Length; i++)
        {
            if (densities[i] >= threshold)
            {
                Vector3 point = scout.Point(i % scout.CountX, i / scout.CountX % scout.CountY, i / scout.LayerLength);
                least = Vector3.Min(least, point);
                greatest = Vector3.Max(greatest, point);
            }
        }

        var margin = new Vector3(2f * scout.CellSize);
        Vector3 end = scout.Point(scout.CountX - 1, scout.CountY - 1, scout.CountZ - 1);
        return SamplingLattice.Box(Vector3.Max(least - margin, scout.Origin), Vector3.Min(greatest + margin, end), resolution);
    }

    private SamplingLattice Around(float[] densities, SamplingLattice scout, float threshold) =>
        densities.Any(density => density >= threshold)
            ? BoxAround(densities, scout, threshold, _options.Resolution)
            : throw NoSurface(densities, threshold);

    private static DfkException NoSurface(float[] densities, float threshold) => new(
        ExitCode.BadInput,
        string.Create(CultureInfo.InvariantCulture, $"mesh: no density reaches the threshold {threshold:g4}, the largest is {densities.Max():g4}. Lower --threshold, or leave it at auto."));

    private int CountFlipped(TriangleMesh mesh, float cell)
    {
        var points = new Vector3[2 * mesh.FaceCount];
        for (int face = 0; face < mesh.FaceCount; face++)
        {
            Vector3 normal = mesh.AreaNormal(face);
            Vector3 step = normal.LengthSquared() > 0f ? cell * Vector3.Normalize(normal) : Vector3.Zero;
            points[2 * face] = mesh.Centre(face) + step;
            points[(2 * face) + 1] = mesh.Centre(face) - step;
        }

        float[] densities = new float[points.Length];
        _field.Density(points, densities);
        return Enumerable.Range(0, mesh.FaceCount).Count(face => densities[2 * face] > densities[(2 * face) + 1]);
    }

    private Vector3[] VertexColours(TriangleMesh mesh, Vector3[] normals, BakeProbe probe)
    {
        var points = new Vector3[mesh.VertexCount * probe.SampleCount];
        for (int i = 0; i < points.Length; i++)
        {
            int vertex = i / probe.SampleCount;
            points[i] = mesh.Positions[vertex] + (probe.Height(i % probe.SampleCount) * normals[vertex]);
        }

        float[] densities = new float[points.Length];
        var albedo = new Vector3[points.Length];
        _field.Sample(points, densities, albedo);
        return
        [
            .. Enumerable.Range(0, mesh.VertexCount).Select(vertex => Vector3.Clamp(
                probe.Composite(densities.AsSpan(vertex * probe.SampleCount, probe.SampleCount), albedo.AsSpan(vertex * probe.SampleCount, probe.SampleCount)),
                Vector3.Zero,
                Vector3.One)),
        ];
    }

    // One vertex for each chart in which it lies, in the order of the faces.
    private static TexturedMesh Split(TriangleMesh mesh, Vector3[] normals, UvAtlas atlas, FloatImage texture)
    {
        Dictionary<(int Vertex, int Chart), int> numbers = [];
        List<Vector3> positions = [], splitNormals = [];
        List<Vector2> coordinates = [];
        int[] triangles = new int[mesh.Triangles.Length];
        for (int i = 0; i < triangles.Length; i++)
        {
            (int Vertex, int Chart) key = (mesh.Triangles[i], atlas.ChartOfFace[i / 3]);
            if (!numbers.TryGetValue(key, out int number))
            {
                number = positions.Count;
                numbers.Add(key, number);
                positions.Add(mesh.Positions[key.Vertex]);
                splitNormals.Add(normals[key.Vertex]);
                coordinates.Add(atlas.Corner(i / 3, i % 3) / atlas.Size);
            }

            triangles[i] = number;
        }

        return new TexturedMesh(new TriangleMesh([.. positions], triangles), [.. splitNormals], [.. coordinates], texture);
    }

    private static long PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return Math.Max(process.PeakWorkingSet64, process.WorkingSet64);
    }
}
