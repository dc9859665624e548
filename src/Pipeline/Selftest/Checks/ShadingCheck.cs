using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Every shading model, with a point light and a directional one.</summary>
internal sealed class ShadingCheck : ISelfCheck
{
    private const int SampleCount = 30;

    // Normals stay this far from the kinks where light or highlight sets in, in cosines.
    private const float KinkMargin = 0.15f;

    private static readonly Light _point = Light.Point(new Float3(1f, 2f, 3f));
    private static readonly Float3 _orange = new(0.9f, 0.6f, 0.2f);
    private static readonly Light _sun = Light.Directional(new Float3(-1f, 1f, 2f));
    private static readonly float[] _positions = RandomInputs.Uniform(29, 3 * SampleCount, -1f, 1f);
    private static readonly float[] _rays = RandomInputs.UnitVectors(30, SampleCount);

    public string Family => "shading";

    public void Run(SelfCheckRun run)
    {
        // By hand: albedo ½, light and viewer at (0, 0, 1), normals on the light, 60° off and behind. Light: a + b, a + b/2, a. The half
        // vector is the light, so Blinn's highlight is s, s cos²60°, 0; Phong's mirrored light is 120° off the viewer for the second.
        double[] lambertian = [0.5, 0.275, 0.05];
        run.Golden("Lambertian by hand", lambertian, ByHand(run.Device, new Lambertian(0.1f, 0.9f)));
        run.Golden("textureless by hand", [1, 0.55, 0.1], ByHand(run.Device, new Textureless(0.1f, 0.9f)));
        run.Golden("Blinn by hand", [0.9, 0.375, 0.05], ByHand(run.Device, new BlinnPhong(0.1f, 0.9f, 0.4f, 2f)));
        run.Golden("Phong by hand", [0.9, 0.275, 0.05], ByHand(run.Device, new Phong(0.1f, 0.9f, 0.4f, 2f)));
        run.Golden("normal by hand", [0.5, 0.5 + Math.Sqrt(3) / 4, 0.5], ByHand(run.Device, default(NormalColour)));
        run.Golden("albedo by hand", [0.5, 0.5, 0.5], ByHand(run.Device, default(AlbedoOnly)));
        run.Golden(
            "Lambertian in half light by hand", Array.ConvertAll(lambertian, c => 0.5 * c),
            ByHand(run.Device, new Coloured<Lambertian>(new Lambertian(0.1f, 0.9f), new Float3(0.5f))));
        foreach ((string name, Light light) in new[] { ("point light", _point), ("directional light", _sun) })
        {
            Variant(run, $"Lambertian, {name}", new Lambertian(0.1f, 0.9f), light, toAlbedo: true, toNormals: true);
            Variant(run, $"textureless, {name}", new Textureless(0.1f, 0.9f), light, toAlbedo: false, toNormals: true);
            Variant(run, $"Blinn, {name}", new BlinnPhong(0.1f, 0.9f, 0.4f, 5f), light, toAlbedo: true, toNormals: true);
            Variant(run, $"Phong, {name}", new Phong(0.1f, 0.9f, 0.4f, 5f), light, toAlbedo: true, toNormals: true);
        }

        Variant(run, "albedo", default(AlbedoOnly), _sun, toAlbedo: true, toNormals: false);
        Variant(run, "normal", default(NormalColour), _sun, toAlbedo: false, toNormals: true);
        InOrange(run, "Lambertian", new Lambertian(0.1f, 0.9f), toAlbedo: true, toNormals: true);
        InOrange(run, "textureless", new Textureless(0.1f, 0.9f), toAlbedo: false, toNormals: true);
        InOrange(run, "Blinn", new BlinnPhong(0.1f, 0.9f, 0.4f, 5f), toAlbedo: true, toNormals: true);
        InOrange(run, "Phong", new Phong(0.1f, 0.9f, 0.4f, 5f), toAlbedo: true, toNormals: true);
        InOrange(run, "albedo", default(AlbedoOnly), toAlbedo: true, toNormals: false);
        InOrange(run, "normal", default(NormalColour), toAlbedo: false, toNormals: true);
    }

    private static void InOrange<TModel>(SelfCheckRun run, string name, TModel model, bool toAlbedo, bool toNormals)
        where TModel : unmanaged, IShadingModel
        => Variant(run, $"{name}, orange light", new Coloured<TModel>(model, _orange), _point, toAlbedo, toNormals);

    private static float[] ByHand<TModel>(CheckDevice device, TModel model)
        where TModel : unmanaged, IShadingModel
    {
        float sine = MathF.Sqrt(0.75f);
        ArrayView<Float3> colours = device.OutputVectors(3);
        device.Kernels<Shading<TModel>>().Forward(new ShadingKernels.Args<TModel>
        {
            Model = model,
            Light = Light.Directional(new Float3(0f, 0f, 1f)),
            Positions = device.UploadVectors(new float[9]),
            RayDirections = device.UploadVectors(0f, 0f, -1f),
            RayIndices = device.Zeros<int>(3),
            Albedo = device.Upload(new Float3(0.5f), new Float3(0.5f), new Float3(0.5f)),
            Normals = device.UploadVectors(0f, 0f, 1f, sine, 0f, 0.5f, 0f, 0f, -1f),
            Colours = colours,
        });
        return Array.ConvertAll(CheckDevice.Read(colours), colour => colour.X);
    }

    private static void Variant<TModel>(SelfCheckRun run, string name, TModel model, Light light, bool toAlbedo, bool toNormals)
        where TModel : unmanaged, IShadingModel
    {
        float[] albedo = RandomInputs.Uniform(31, 3 * SampleCount, 0.1f, 0.9f), normals = Normals(light);
        List<DifferentiableInput> inputs = [];
        if (toAlbedo)
        {
            inputs.Add(new("albedo", albedo));
        }

        if (toNormals)
        {
            // Normals move by far less than the margin of the kinks; a highlight's fifth power bends much.
            inputs.Add(new("normals", normals, Step: 1f / 128f));
        }

        float[] AlbedoOf(float[][] x) => toAlbedo ? x[0] : albedo;
        float[] NormalsOf(float[][] x) => toNormals ? x[^1] : normals;
        run.Gradients(name, new DifferentiableOperation
        {
            Inputs = [.. inputs],
            Forward = (device, x) =>
            {
                ShadingKernels.Args<TModel> args = Bind(device, model, light, AlbedoOf(x), NormalsOf(x));
                args.Colours = device.OutputVectors(SampleCount);
                device.Kernels<Shading<TModel>>().Forward(args);
                return [CheckDevice.Rows(args.Colours)];
            },
            Backward = (device, x, dLdy) =>
            {
                ShadingKernels.Args<TModel> args = Bind(device, model, light, AlbedoOf(x), NormalsOf(x));
                args.DLdColours = device.UploadVectors(dLdy[0]);
                args.DLdAlbedo = device.GradientVectors(SampleCount);
                args.DLdNormals = device.GradientVectors(SampleCount);
                device.Kernels<Shading<TModel>>().Backward(args);
                List<float[]> gradients = [];
                if (toAlbedo)
                {
                    gradients.Add(CheckDevice.Rows(args.DLdAlbedo));
                }

                if (toNormals)
                {
                    gradients.Add(CheckDevice.Rows(args.DLdNormals));
                }

                return [.. gradients];
            },
        });
    }

    private static ShadingKernels.Args<TModel> Bind<TModel>(CheckDevice device, TModel model, Light light, float[] albedo, float[] normals)
        where TModel : unmanaged, IShadingModel => new()
        {
            Model = model,
            Light = light,
            Positions = device.UploadVectors(_positions),
            RayDirections = device.UploadVectors(_rays),
            RayIndices = device.Upload([.. Enumerable.Range(0, SampleCount)]),
            Albedo = device.UploadVectors(albedo),
            Normals = device.UploadVectors(normals),
        };

    /// <summary>A unit normal for each sample, away from the edges of light and highlights of every model.</summary>
    private static float[] Normals(Light light)
    {
        float[] rows = new float[3 * SampleCount];
        for (int i = 0; i < SampleCount; i++)
        {
            uint first = 1000 * (uint)i;
            Float3 toLight = light.From(new Float3(_positions[3 * i], _positions[3 * i + 1], _positions[3 * i + 2]));
            Float3 toViewer = -new Float3(_rays[3 * i], _rays[3 * i + 1], _rays[3 * i + 2]);
            Float3 half = Float3.Normalize(toLight + toViewer);
            Float3 normal = RandomInputs.Where(1, k => RandomInputs.UnitVector(32, first + k), n =>
            {
                float lit = Float3.Dot(n, toLight), mirrored = 2f * lit * Float3.Dot(n, toViewer) - Float3.Dot(toLight, toViewer);
                return MathF.Abs(lit) > KinkMargin && MathF.Abs(mirrored) > KinkMargin && MathF.Abs(Float3.Dot(n, half)) > KinkMargin;
            })[0];
            (rows[3 * i], rows[3 * i + 1], rows[3 * i + 2]) = (normal.X, normal.Y, normal.Z);
        }

        return rows;
    }
}
