using DreamFusion.Kernels.Optimize;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Adam and AdamW. An optimiser ends the step: nothing to differentiate.</summary>
internal sealed class AdamCheck : ISelfCheck
{
    private const int Length = 1003;
    private static readonly AdamOptions _options = new() { Epsilon = 1e-8 };
    private static readonly float[][] _gradients = [[0.5f, 1e-3f, 0f], [-0.2f, 2e-3f, 0f], [0.3f, -4e-3f, 10f]];

    public string Family => "Adam";

    public void Run(SelfCheckRun run)
    {
        // torch.optim.Adam and AdamW 1.13 in double, lr 0.01, betas (0.9, 0.99): tests/Golden/README.md.
        run.Golden("PyTorch's Adam", [0.9810834846987773, -2.017706886363009, 0.4936405985103699], ThreeSteps(run.Device, 0, decoupled: true));
        run.Golden("PyTorch's Adam with L2", [0.9776299118718964, -1.9699980820627259, 0.47359253118995204], ThreeSteps(run.Device, 0.1, decoupled: false));
        run.Golden("PyTorch's AdamW", [0.9781099354348994, -2.0116832558749698, 0.4921420980103699], ThreeSteps(run.Device, 0.1, decoupled: true));
        float[] parameters = RandomInputs.Uniform(50, Length, -1f, 1f);
        float[][] gradients = [RandomInputs.Uniform(51, Length, -1f, 1f), RandomInputs.Uniform(52, Length, -0.1f, 0.1f)];
        OptimizerGroup[] groups = [new(0, 500, 1e-2, 1e-2), new(503, 500, 3e-3)];
        run.Repeats("", device => Steps(device, _options with { MaxGradientNorm = 5 }, groups, parameters, gradients));
    }

    private static float[] ThreeSteps(CheckDevice device, double decay, bool decoupled)
        => Steps(device, _options with { DecoupledWeightDecay = decoupled }, [new(0, 3, 0.01, decay)], [1f, -2f, 0.5f], _gradients);

    private static float[] Steps(CheckDevice device, AdamOptions options, OptimizerGroup[] groups, float[] start, float[][] gradients)
    {
        ArrayView<float> parameters = device.Upload(start), gradient = device.Zeros<float>(start.Length);
        ArrayView<float> first = device.Zeros<float>(start.Length), second = device.Zeros<float>(start.Length);
        for (int step = 1; step <= gradients.Length; step++)
        {
            gradient.CopyFromCPU(gradients[step - 1]);
            device.Kernels<Adam>().Step(options, groups, step, parameters, gradient, first, second);
        }

        return CheckDevice.Read(parameters);
    }
}
