using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>y += s x.</summary>
internal sealed class AccumulateCheck : ISelfCheck
{
    public string Family => "accumulate";

    public void Run(SelfCheckRun run)
    {
        // By hand; all numbers are sums of powers of two.
        run.Golden("by hand", [1.5, -3.25, 8], Add(run.Device, [1f, -4f, 8f], [0.25f, 0.375f, 0f], 2f), tolerance: 0);
        run.Repeats("", device => Add(device, RandomInputs.Uniform(1, 1001, -1f, 1f), RandomInputs.Uniform(2, 1001, -1f, 1f), 0.7f));
    }

    private static float[] Add(CheckDevice device, float[] target, float[] source, float scale)
    {
        ArrayView<float> sum = device.Upload(target);
        device.Kernels<Accumulate>().Add(sum, device.Upload(source), scale);
        return CheckDevice.Read(sum);
    }
}
