using System;
using System.IO;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Meshes.Formats;
using DreamFusion.Pipeline.Rendering;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Cli;

/// <summary>What <c>dfk render</c> looks at: a trained field, or a mesh.</summary>
internal sealed class RenderSubject : IDisposable
{
    private const string MeshExtension = ".glb";
    private const int MeshSide = 256;

    private readonly TrainedField? _trained;

    private RenderSubject(string path, IPictureSource source, TrainedField? trained, bool isMesh)
    {
        Path = path;
        Source = source;
        _trained = trained;
        Prefix = isMesh && trained is not null ? "mesh-" : "";
        Folder = Directory.Exists(path) ? path : System.IO.Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : ".";
    }

    /// <summary>As given.</summary>
    public string Path { get; }

    /// <summary>Where results go by default.</summary>
    public string Folder { get; }

    /// <summary>Begins the names of its files.</summary>
    public string Prefix { get; }

    /// <summary>What is rendered.</summary>
    public IPictureSource Source { get; }

    /// <summary>Steps that the field was trained for, or null.</summary>
    public int? Step => _trained?.Step;

    /// <summary>The checkpoint that was read, or null.</summary>
    public string? CheckpointPath => _trained?.CheckpointPath;

    /// <summary>Highlights.</summary>
    public MaterialConfiguration? Material => _trained?.Configuration.Material;

    /// <summary>The camera of the front view.</summary>
    public OrbitCamera Home => (_trained is null ? EvaluationViews.Cameras(1) : EvaluationViews.Cameras(_trained.Configuration, 1))[0];

    /// <summary>Size of a picture unless another is given.</summary>
    public PictureSize Size => _trained?.Configuration.Data.Test is { } test ? new PictureSize(test.Width, test.Height) : new PictureSize(MeshSide, MeshSide);

    /// <summary>Opens a run folder, a checkpoint, or a mesh.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="asMesh">Whether a run's mesh is wanted.</param>
    /// <param name="threads">CPU threads, at least 1.</param>
    /// <param name="device">Where a field is rendered: auto, cpu, cuda or cuda:N. Meshes are drawn by the CPU.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if it cannot be used.</exception>
    public static RenderSubject Open(string path, bool asMesh, int threads, string device)
    {
        if (System.IO.Path.GetExtension(path).Equals(MeshExtension, StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path))
        {
            return new RenderSubject(path, new MeshPictures(GlbReader.ReadFile(path), threads), null, isMesh: true);
        }

        string mesh = System.IO.Path.Combine(path, "mesh" + MeshExtension);
        if (asMesh && !File.Exists(mesh))
        {
            throw new DfkException(ExitCode.BadInput, $"--mesh: expected {mesh}, got nothing of that name. Make it with: dfk export {path}");
        }

        var trained = TrainedField.Open(path, threads, device);
        try
        {
            var field = FieldPictures.Of(trained);
            return new RenderSubject(path, asMesh ? new MeshPictures(GlbReader.ReadFile(mesh), threads, field.Radius) : field, trained, asMesh);
        }
        catch
        {
            trained.Dispose();
            throw;
        }
    }

    public void Dispose() => _trained?.Dispose();
}
