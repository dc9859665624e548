using System;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Losses;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Normals that face away from the camera. Weights are constants of this loss.</summary>
internal sealed class OrientationLossCheck : ISelfCheck
{
    private const int SampleCount = LossSumKernels.TermsPerSum + 41;

    // Normals stay this far from the kink where they turn away, in cosines.
    private const float KinkMargin = 0.1f;

    private static readonly Float3 _direction = new(0f, 0f, -1f);

    public string Family => "orientation loss";

    public void Run(SelfCheckRun run)
    {
        // By hand, rays along -Z: a normal (0, 0.6, -0.8) of weight ½ costs ½ · 0.64 and is pushed by 2 · ½ · 0.8 d; one that faces
        // the camera costs nothing.
        run.Golden("by hand", [0.32, 0, 0, -0.8, 0, 0, 0], Evaluate(run.Device, [0.5f, 1f], [0f, 0.6f, -0.8f, 0f, 0f, 1f], 1, 1f));
        float[] weights = RandomInputs.Uniform(41, SampleCount, 0.1f, 1f);
        Float3[] normals = RandomInputs.Where(SampleCount, i => RandomInputs.UnitVector(42, i), n => MathF.Abs(Float3.Dot(n, _direction)) > KinkMargin);
        run.Gradients("", new DifferentiableOperation
        {
            Inputs = [new("normals", RandomInputs.Rows(normals), LossTolerance.Step)],
            Forward = (device, x) => [Evaluate(device, weights, x[0], SampleCount, 1f)[..1]],
            Backward = (device, x, dLdy) => [Evaluate(device, weights, x[0], SampleCount, dLdy[0][0])[1..]],
            Tolerance = LossTolerance.Tolerance,
        });
    }

    /// <summary>The loss, then its weighted gradient.</summary>
    private static float[] Evaluate(CheckDevice device, float[] weights, float[] normals, int count, float weight)
    {
        ArrayView<float> value = device.Output(1);
        var args = new OrientationLossKernels.Args
        {
            Weights = device.Upload(weights),
            Normals = device.UploadVectors(normals),
            RayIndices = device.Upload([.. Enumerable.Range(0, weights.Length).Select(i => i % 2)]),
            Directions = device.Upload(_direction, _direction),
            DLdNormals = device.GradientVectors(weights.Length),
            Sums = device.Output(LossSumKernels.ScratchLength(weights.Length)),
        };
        device.Kernels<OrientationLoss>().Evaluate(args, count, weight, value);
        return [.. CheckDevice.Read(value), .. CheckDevice.Rows(args.DLdNormals)];
    }
}
