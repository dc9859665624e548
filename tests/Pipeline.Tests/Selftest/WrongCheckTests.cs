using System;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using DreamFusion.Pipeline.Selftest;
using ILGPU;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Selftest;

/// <summary>The checker is checked: each of these is wrong on purpose and has to fail.</summary>
public sealed class WrongCheckTests
{
    private static readonly float[] _raw = [.. Enumerable.Range(0, 30).Select(i => 0.06f * i - 1f)];

    [Theory]
    [InlineData(1.002f)]
    [InlineData(-1f)]
    [InlineData(0f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_gradient_off_by_a_factor_fails(float factor)
        => Fails(run => run.Gradients("albedo", Albedo(gradient => [.. gradient.Select(g => factor * g)])), SelfCheckKind.Gradient);

    [Fact]
    public void A_gradient_with_one_wrong_entry_fails()
        => Fails(run => run.Gradients("albedo", Albedo(gradient => [.. gradient.Select((g, i) => i == 7 ? 0.5f * g : g)])), SelfCheckKind.Gradient);

    [Fact]
    public void The_same_operation_left_alone_passes()
        => Assert.Equal(ExitCode.Done, Run(run => run.Gradients("albedo", Albedo(gradient => gradient))).ExitCode);

    [Fact]
    public void A_backward_pass_that_overwrites_fails()
        => Fails(
            run => run.Gradients("albedo", Albedo(gradient => [.. gradient.Select(g => g - run.Device.GradientStart)])),
            SelfCheckKind.Contract);

    [Fact]
    public void A_function_that_does_not_change_fails()
        => Fails(run => run.Gradients("constant", new DifferentiableOperation
        {
            Inputs = [new("x", [1f, 2f])],
            Forward = (_, _) => [[3f]],
            Backward = (device, _, _) => [CheckDevice.Read(device.Gradient(2))],
        }), SelfCheckKind.Gradient);

    [Fact]
    public void Other_bits_the_second_time_fail()
    {
        int count = 0;
        Fails(run => run.Repeats("counter", _ => [count++]), SelfCheckKind.Repeat);
    }

    [Fact]
    public void Tuned_code_with_other_numbers_fails()
    {
        // The first two launches are on the device under test, the third with portable kernels.
        int count = 0;
        Fails(
            run => run.Repeats("twin", device =>
            {
                device.Kernels<Kernels.Optimize.Adam>();
                return [++count < 3 ? 1f : 1.0000001f];
            }),
            SelfCheckKind.Twin);
    }

    [Theory]
    [InlineData(2.1f)]
    [InlineData(float.NaN)]
    public void A_wrong_golden_value_fails(float value)
    {
        Fails(run => run.Golden("two", [1, 2], [1f, value]), SelfCheckKind.Golden);
        Fails(run => run.Golden("two", 2, value), SelfCheckKind.Golden);
        Fails(run => run.Exact("two", [2], [3]), SelfCheckKind.Golden);
        Fails(run => run.Holds("two", value == 2f), SelfCheckKind.Golden);
    }

    [Fact]
    public void Another_number_of_values_fails()
    {
        Fails(run => run.Golden("two", [1, 2], [1f]), SelfCheckKind.Golden);
        Fails(run => run.Golden("none", Array.Empty<double>(), Array.Empty<float>()), SelfCheckKind.Golden);
        Fails(run => run.Exact("two", [1, 2], [1]), SelfCheckKind.Golden);
    }

    [Fact]
    public void Memory_that_a_kernel_leaves_out_fails()
        => Fails(run => run.Golden("untouched", [0, 0], CheckDevice.Read(run.Device.Output(2))), SelfCheckKind.Golden);

    [Fact]
    public void A_launch_that_fails_is_a_row_and_the_others_go_on()
    {
        SelftestReport report = SelftestSession.Run(1, KernelChoice.Portable, [new Check(_ => throw new InvalidOperationException("no launch")), new Check(run => run.Golden("one", 1, 1))]);
        Assert.Equal((1, 1), (report.FailedCount, report.PassedCount));
        Assert.Equal((SelfCheckKind.Failure, "InvalidOperationException: no launch"), (report.Results[0].Kind, report.Results[0].Message));
        Assert.Equal(ExitCode.Bug, report.ExitCode);
    }

    [Fact]
    public void Nothing_checked_is_no_success() => Assert.Equal(ExitCode.Bug, SelftestSession.Run(1, KernelChoice.Portable, []).ExitCode);

    private static DifferentiableOperation Albedo(Func<float[], float[]> change) => new()
    {
        Inputs = [new("raw", _raw)],
        Forward = (device, x) => [CheckDevice.Rows(Forward(device, x[0]))],
        Backward = (device, x, dLdy) =>
        {
            ArrayView<float> gradient = device.Gradient(x[0].Length);
            device.Kernels<Albedo>().Backward(1f, Forward(device, x[0]), 0, device.UploadVectors(dLdy[0]), gradient);
            return [change(CheckDevice.Read(gradient))];
        },
    };

    private static ArrayView<Float3> Forward(CheckDevice device, float[] raw)
    {
        ArrayView<Float3> albedo = device.OutputVectors(raw.Length / 3);
        device.Kernels<Albedo>().Forward(1f, device.Upload(raw), 0, albedo);
        return albedo;
    }

    private static void Fails(Action<SelfCheckRun> wrong, SelfCheckKind kind)
    {
        SelftestReport report = Run(wrong);
        Assert.Contains(report.Results, result => result.Kind == kind && !result.Passed);
        Assert.Equal(ExitCode.Bug, report.ExitCode);
    }

    private static SelftestReport Run(Action<SelfCheckRun> checks) => SelftestSession.Run(1, KernelChoice.Tuned, [new Check(checks)]);

    private sealed class Check(Action<SelfCheckRun> checks) : ISelfCheck
    {
        public string Family => "wrong";

        public void Run(SelfCheckRun run) => checks(run);
    }
}
