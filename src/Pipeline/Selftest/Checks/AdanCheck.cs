using DreamFusion.Kernels.Optimize;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Adan. An optimiser ends the step: nothing to differentiate.</summary>
internal sealed class AdanCheck : ISelfCheck
{
    private const int Length = 1003;

    public string Family => "Adan";

    public void Run(SelfCheckRun run)
    {
        // An independent script of the published update: p = 1, lr 5e-3, gradients 0.5, -0.2, 0.3. One unit of a float near 1 is 6e-8.
        float[][] gradients = [[0.5f], [-0.2f], [0.3f]];
        run.Golden("published update", [0.9950000001, 0.9963603466, 0.9953091262], Sequence(0), tolerance: 1.2e-7);
        run.Golden("published update with decay", [0.9949999006000099, 0.9963601475107943, 0.9953088275595967], Sequence(2e-5), tolerance: 1.2e-7);
        float[] parameters = RandomInputs.Uniform(53, Length, -1f, 1f);
        float[][] many = [RandomInputs.Uniform(54, Length, -1f, 1f), RandomInputs.Uniform(55, Length, -0.1f, 0.1f), RandomInputs.Uniform(56, Length, -1f, 1f)];
        OptimizerGroup[] groups = [new(0, 500, 5e-2, 1e-2), new(503, 500, 5e-3)];
        run.Repeats("", device => Steps(device, groups, parameters, many));

        float[] Sequence(double decay)
        {
            OptimizerGroup[] group = [new(0, 1, 5e-3, decay)];
            return [.. Steps(run.Device, group, [1f], gradients[..1]), .. Steps(run.Device, group, [1f], gradients[..2]), .. Steps(run.Device, group, [1f], gradients)];
        }
    }

    private static float[] Steps(CheckDevice device, OptimizerGroup[] groups, float[] start, float[][] gradients)
    {
        int length = start.Length;
        ArrayView<float> parameters = device.Upload(start), gradient = device.Zeros<float>(length);
        // The gradient before the first step is not read: NaN would show.
        var state = new AdanState(device.Zeros<float>(length), device.Zeros<float>(length), device.Zeros<float>(length), device.Output(length));
        for (int step = 1; step <= gradients.Length; step++)
        {
            gradient.CopyFromCPU(gradients[step - 1]);
            device.Kernels<Adan>().Step(new AdanOptions(), groups, step, parameters, gradient, state);
        }

        return CheckDevice.Read(parameters);
    }
}
