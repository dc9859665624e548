using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Prompts;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Guidance;

public sealed class GuidanceDeviceTests
{
    private const string Missing = "libcublasLt.so.12 is not found";

    [Theory]
    [InlineData("auto", GuidanceDeviceChoice.Auto, null, null)]
    [InlineData("cpu", GuidanceDeviceChoice.Auto, null, null)]
    [InlineData("cuda", GuidanceDeviceChoice.Auto, null, 0)]
    [InlineData("cuda:3", GuidanceDeviceChoice.Auto, null, 3)]
    [InlineData("cuda:3", GuidanceDeviceChoice.Cpu, null, null)]
    [InlineData("cpu", GuidanceDeviceChoice.Cuda, null, 0)]
    [InlineData("cuda:2", GuidanceDeviceChoice.Cuda, null, 2)]
    [InlineData("cpu", GuidanceDeviceChoice.Auto, Missing, null)]
    [InlineData("cuda", GuidanceDeviceChoice.Auto, Missing, null)]
    [InlineData("cuda", GuidanceDeviceChoice.Cpu, Missing, null)]
    public void AutoFollowsTheKernels(string kernels, GuidanceDeviceChoice choice, string? problem, int? cuda)
    {
        (GuidanceDevice device, string? note) = GuidanceDevice.Select(Configuration(kernels, choice), () => problem);
        Assert.Equal((cuda, 2), (device.CudaDevice, device.Threads));
        bool wanted = kernels == "cuda" && choice == GuidanceDeviceChoice.Auto && problem is not null;
        Assert.Equal(wanted ? $"The guidance runs on the CPU: {Missing}." : null, note);
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("cuda:1")]
    public void CudaByNameThatCannotBeHadIsExit4(string kernels)
    {
        DfkException e = Assert.Throws<DfkException>(() => GuidanceDevice.Select(Configuration(kernels, GuidanceDeviceChoice.Cuda), () => Missing));
        Assert.Equal(ExitCode.MachineLacks, e.ExitCode);
        Assert.Contains(Missing, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 1, 1, BranchExecution.Sequential)]
    [InlineData(null, 1, 2, BranchExecution.Concurrent)]
    [InlineData(null, 2, 2, BranchExecution.Sequential)]
    [InlineData(null, 2, 4, BranchExecution.Concurrent)]
    [InlineData(0, 1, 1, BranchExecution.Batched)]
    [InlineData(1, 1, 8, BranchExecution.Batched)]
    public void AGpuTakesAllTextsInOneCall(int? cuda, int intraOp, int threads, BranchExecution expected) =>
        Assert.Equal(expected, new GuidanceDevice(cuda, intraOp).BranchExecution(threads));

    // What CUDA runs, on the CPU: a whole step of guidance, in one call for all texts and in a call for each.
    [Fact]
    public void OneCallForAllTextsGivesTheGradientOfSeparateCalls()
    {
        var prompt = PromptEmbeddings.Compute(Toybox.Model, "a red car", "", new ViewPrompts(ViewTables.Fine), new GuidanceConfiguration { PerpNeg = PerpNegKind.StableDreamFusion });
        NoiseSchedule schedule = new(Toybox.Model.Scheduler);
        float[] Gradient(BranchExecution execution)
        {
            using Denoiser denoiser = new(Toybox.Model, schedule, execution);
            GuidanceOptions options = new(10, GuidanceConvention.Diffusers, GuidanceWeighting.SigmaSquared, new TimestepRange(0.02, 0.98, 0.98), 1);
            float[] gradient = new float[denoiser.LatentLength];
            new DistillationScore(options, schedule, denoiser).Gradient(
                [.. Enumerable.Range(0, gradient.Length).Select(i => MathF.Sin(i))], gradient, prompt.TextsFor(70, 10), new SdsStep(3, 5, 0.5));
            return gradient;
        }

        float[] separate = Gradient(BranchExecution.Sequential), batched = Gradient(BranchExecution.Batched);
        double error = Norm(separate.Zip(batched, (a, b) => a - b)) / Norm(separate);
        Assert.True(error <= 1e-5, $"{error}");
    }

    // Other last digits are allowed, and are why the number is part of the result; two runs must agree.
    [Fact]
    public void ThreadsInsideAnOperatorChangeLastDigitsAtMost()
    {
        float[] one = Predict(GuidanceDevice.Cpu), two = Predict(new GuidanceDevice(null, 2)), again = Predict(new GuidanceDevice(null, 2));
        Assert.Equal(two, again);
        Assert.True(Norm(one.Zip(two, (a, b) => a - b)) <= 1e-5 * Norm(one));
    }

    [Fact]
    public void ThreadsDetermineTheResultAndTheDeviceDoesNot()
    {
        string threads = ConfigurationFile.WriteDetermining(Configuration("cpu", GuidanceDeviceChoice.Cpu));
        Assert.Contains("threads: 2", threads, StringComparison.Ordinal);
        Assert.DoesNotContain("device", threads, StringComparison.Ordinal);
        Assert.Contains("device: cpu", ConfigurationFile.Write(Configuration("auto", GuidanceDeviceChoice.Cpu)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "HEURISTIC", "cuda:1", "cpu, 2 threads")]
    [InlineData(true, "DEFAULT", "cuda:1, cuDNN's convolutions by rule, deterministic compute", "cpu, 2 threads, deterministic compute")]
    public void DeterministicRunsTakeNoAlgorithmByTheClock(bool deterministic, string search, string cuda, string cpu)
    {
        RunConfiguration run = Configuration("cuda:1", GuidanceDeviceChoice.Auto) with { Deterministic = deterministic };
        GuidanceDevice device = GuidanceDevice.Select(run, () => null).Device;
        Assert.Equal(deterministic, device.IsDeterministic);
        Assert.Equal(deterministic, GuidanceOptions.From(run).Device.IsDeterministic);
        Assert.Equal((search, "1"), (device.CudaOptions()["cudnn_conv_algo_search"], device.CudaOptions()["device_id"]));
        Assert.Equal(cuda, device.Description);
        Assert.Equal(cpu, GuidanceDevice.Select(run, () => Missing).Device.Description);
    }

    // TF32 has 10 bits of mantissa; the comparison with the CPU forbids it.
    [Fact]
    public void ExactProductsAreAskedForByName()
    {
        Assert.DoesNotContain("use_tf32", new GuidanceDevice(0, 1).CudaOptions().Keys);
        Assert.Equal("0", (new GuidanceDevice(0, 1) { IsExact = true }).CudaOptions()["use_tf32"]);
        Assert.Equal("64", (new GuidanceDevice(0, 1) { Stream = 64 }).CudaOptions()["user_compute_stream"]);
    }

    private static RunConfiguration Configuration(string kernels, GuidanceDeviceChoice choice) =>
        new() { Prompt = "a hamburger", Device = kernels, Guidance = new GuidanceConfiguration { Device = choice, Threads = 2 } };

    private static float[] Predict(GuidanceDevice device)
    {
        using TextEncoder encoder = new(Toybox.Model, device);
        using Denoiser denoiser = new(Toybox.Model, new NoiseSchedule(Toybox.Model.Scheduler), device: device);
        return denoiser.Predict([.. Enumerable.Range(0, denoiser.LatentLength).Select(i => MathF.Sin(i))], 500, encoder.Encode("a hamburger"));
    }

    private static double Norm(IEnumerable<float> values) => Math.Sqrt(values.Sum(v => (double)v * v));
}
