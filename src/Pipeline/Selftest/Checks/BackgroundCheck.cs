using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>One background colour for all rays. No parameters, so nothing to differentiate.</summary>
internal sealed class BackgroundCheck : ISelfCheck
{
    public string Family => "background";

    public void Run(SelfCheckRun run)
    {
        run.Golden("every ray has the colour", [.. Enumerable.Repeat(new[] { 0.25, 0.5, 0.75 }, 100).SelectMany(colour => colour)], Fill(run.Device), tolerance: 0);
        run.Repeats("", Fill);
    }

    private static float[] Fill(CheckDevice device)
    {
        ArrayView<Float3> colours = device.OutputVectors(100);
        device.Kernels<Background>().Fill(new Float3(0.25f, 0.5f, 0.75f), colours);
        return CheckDevice.Rows(colours);
    }
}
