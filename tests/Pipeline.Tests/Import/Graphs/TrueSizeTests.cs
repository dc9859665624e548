using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Graphs;
using DreamFusion.Pipeline.Models;
using DreamFusion.RandomCheckpoints;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using Xunit.Abstractions;

namespace DreamFusion.Pipeline.Tests.Import.Graphs;

/// <summary>
/// Random checkpoints of Stable Diffusion 1.5 and 2.1 in their true size, imported in both precisions; each graph is evaluated once.
/// DFK_TRUE_SIZE names a folder with room for 8 GB; figures go to its figures.txt.
/// </summary>
public sealed class TrueSizeTests(ITestOutputHelper output)
{
    private readonly string _root = Environment.GetEnvironmentVariable("DFK_TRUE_SIZE") ?? Path.GetTempPath();

    [SlowFact]
    public void StableDiffusion1() => ImportAndEvaluate(StableDiffusionArchitecture.StableDiffusion1, "sd15");

    [SlowFact]
    public void StableDiffusion2() => ImportAndEvaluate(StableDiffusionArchitecture.StableDiffusion2, "sd21");

    private void ImportAndEvaluate(StableDiffusionArchitecture model, string label)
    {
        string checkpoint = Path.Combine(_root, label + ".safetensors");
        (string, long[], int[])[] unet = [("sample", [1, 4, 64, 64], []), ("timestep", [1], [501]), ("encoder_hidden_states", [1, 77, model.UNet.CrossAttentionWidth], [])];
        (string, long[], int[])[] text = [("input_ids", [1, 77], [.. Enumerable.Range(0, 77)])];
        try
        {
            TensorSource.Write(checkpoint, RandomCheckpoint.SingleFile(model, Pipeline.Checkpoints.TensorType.F16, seed: 1));
            Part(label, checkpoint, WeightPrecision.Float32, [("text_encoder", text), ("unet", unet), ("vae_encoder", [("sample", [1, 3, 512, 512], [])]), ("vae_decoder", [("latent_sample", [1, 4, 64, 64], [])])]);
            Part(label, checkpoint, WeightPrecision.Float16, [("text_encoder", text), ("unet", unet)]);
        }
        finally
        {
            File.Delete(checkpoint);
        }
    }

    private void Part(string label, string checkpoint, WeightPrecision precision, IReadOnlyList<(string Name, (string Name, long[] Shape, int[] Integers)[] Inputs)> graphs)
    {
        string folder = Path.Combine(_root, $"{label}-{precision}");
        try
        {
            GC.Collect();
            ResetPeak();
            var watch = Stopwatch.StartNew();
            ImportRequest request = new() { CheckpointPath = checkpoint, Precision = precision, Prediction = PredictionType.Epsilon };
            ImportResult result = ModelImport.ToFolder(request, folder, progress: null, CancellationToken.None);
            Report(string.Create(
                CultureInfo.InvariantCulture, $"{label} {precision}: imported in {watch.Elapsed.TotalSeconds:f1} s, {result.Bytes / 1e6:n0} MB, peak {Peak() / 1e6:n0} MB of the test's process"));
            foreach ((string name, (string, long[], int[])[] inputs) in graphs)
            {
                Report($"{label} {precision} {name}: {Evaluate(Path.Combine(folder, name), name, inputs)}");
            }
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static string Evaluate(string folder, string name, (string Name, long[] Shape, int[] Integers)[] inputs)
    {
        GC.Collect();
        ResetPeak();
        var load = Stopwatch.StartNew();
        using OnnxSession session = OnnxSession.LoadFile(Path.Combine(folder, "model.onnx"), name, GuidanceDevice.Cpu with { KeepsMemory = false });
        double loaded = load.Elapsed.TotalSeconds;
        List<(string, OrtValue)> values =
        [
            .. inputs.Select(i => (i.Name, i.Integers.Length > 0
                ? TensorValue.FromIntegers(TensorElement.Int64, i.Integers, i.Shape)
                : TensorValue.FromFloats((TensorElement)(int)session.InputType(i.Name).Element, FormulaWeights.Values(i.Name, i.Shape.Aggregate(1L, (a, b) => a * b)), i.Shape))),
        ];
        var run = Stopwatch.StartNew();
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(values, [session.OutputNames[0]]);
        double ran = run.Elapsed.TotalSeconds, used = (Environment.CpuUsage.TotalTime - processor).TotalSeconds;
        values.ForEach(v => v.Item2.Dispose());
        float[] result = TensorValue.ToFloats(results[0]);
        Assert.All(result, v => Assert.True(float.IsFinite(v)));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length) / 1e6:n0} MB, loaded in {loaded:f1} s, one evaluation on one thread {ran:f1} s ({used:f1} s of the processor), peak {Peak() / 1e6:n0} MB, {result.Length} finite values of rms {Math.Sqrt(result.Average(v => (double)v * v)):g3}");
    }

    private void Report(string line)
    {
        output.WriteLine(line);
        File.AppendAllText(Path.Combine(_root, "figures.txt"), line + "\n");
    }

    // The kernel's high-water mark of resident memory, which writing 5 sets back.
    private static void ResetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    private static long Peak() => 1024 * long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
