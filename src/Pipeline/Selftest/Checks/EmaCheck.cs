using DreamFusion.Kernels.Optimize;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>The moving average of the parameters. No part of the loss: nothing to differentiate.</summary>
internal sealed class EmaCheck : ISelfCheck
{
    private const int Length = 517;

    public string Family => "moving average";

    public void Run(SelfCheckRun run)
    {
        // By hand: the first update keeps 2/11 of the average, one after the warm-up 0.95.
        run.Golden("by hand", [2 / 11d, 9 / 11d], Update(run.Device, [1f, 0f], [0f, 1f], 1));
        run.Golden("by hand, after the warm-up", [0.95, 0.05], Update(run.Device, [1f, 0f], [0f, 1f], 1000));
        ArrayView<float> average = run.Device.Upload(1f, 2f), parameters = run.Device.Upload(3f, 4f);
        run.Device.Kernels<Ema>().Exchange(average, parameters);
        run.Golden("exchange", [3, 4, 1, 2], [.. CheckDevice.Read(average), .. CheckDevice.Read(parameters)], tolerance: 0);
        run.Repeats("", device => Update(device, RandomInputs.Uniform(70, Length, -1f, 1f), RandomInputs.Uniform(71, Length, -1f, 1f), 7));
    }

    private static float[] Update(CheckDevice device, float[] start, float[] parameters, long update)
    {
        ArrayView<float> average = device.Upload(start);
        device.Kernels<Ema>().Update(new EmaOptions(), update, average, device.Upload(parameters));
        return CheckDevice.Read(average);
    }
}
