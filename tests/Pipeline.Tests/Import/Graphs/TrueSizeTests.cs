using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Graphs;
using DreamFusion.Pipeline.Models;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using Xunit.Abstractions;

namespace DreamFusion.Pipeline.Tests.Import.Graphs;

/// <summary>
/// Stable Diffusion 1.5 and 2.1 in their true size with weights by formula: what writing and one evaluation of each graph
/// cost. DFK_TRUE_SIZE names a folder with room for 5 GB; figures go to its figures.txt.
/// </summary>
public sealed class TrueSizeTests(ITestOutputHelper output)
{
    private readonly string _root = Environment.GetEnvironmentVariable("DFK_TRUE_SIZE") ?? Path.GetTempPath();

    [SlowFact]
    public void StableDiffusion1() => WriteAndEvaluate(StableDiffusionArchitecture.StableDiffusion1, "sd1");

    [SlowFact]
    public void StableDiffusion2() => WriteAndEvaluate(StableDiffusionArchitecture.StableDiffusion2, "sd2");

    private void WriteAndEvaluate(StableDiffusionArchitecture model, string label)
    {
        IReadOnlyDictionary<string, long[]> vae = ParameterShapes.Vae(model.Vae);
        (string, long[], int[])[] unet = [("sample", [1, 4, 64, 64], []), ("timestep", [1], [501]), ("encoder_hidden_states", [1, 77, model.UNet.CrossAttentionWidth], [])];
        Part(label, "unet fp16", (folder, source) => UNetGraph.Write(folder, model.UNet, source, new GraphOptions(WeightPrecision.Float16)), ParameterShapes.UNet(model.UNet), null);
        Part(label, "unet", (folder, source) => UNetGraph.Write(folder, model.UNet, source, new GraphOptions()), ParameterShapes.UNet(model.UNet), unet);
        Part(label, "text_encoder", (folder, source) => TextEncoderGraph.Write(folder, model.Text, source, new GraphOptions()), ParameterShapes.Text(model.Text), [("input_ids", [1, 77], [.. Enumerable.Range(0, 77)])]);
        Part(label, "vae_encoder", (folder, source) => VaeEncoderGraph.Write(folder, model.Vae, source, new GraphOptions()), vae, [("sample", [1, 3, 512, 512], [])]);
        Part(label, "vae_decoder", (folder, source) => VaeDecoderGraph.Write(folder, model.Vae, source, new GraphOptions()), vae, [("latent_sample", [1, 4, 64, 64], [])]);
    }

    private void Part(string label, string name, Action<string, IWeightSource> write, IReadOnlyDictionary<string, long[]> shapes, (string Name, long[] Shape, int[] Integers)[]? inputs)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, $"{label}-{name}")).FullName;
        try
        {
            ResetPeak();
            long before = Peak();
            var watch = Stopwatch.StartNew();
            write(folder, new FormulaWeights(shapes));
            string written = string.Create(
                CultureInfo.InvariantCulture,
                $"{label} {name}: written in {watch.Elapsed.TotalSeconds:f1} s, {Directory.GetFiles(folder).Sum(f => new FileInfo(f).Length) / 1e6:n0} MB, model.onnx {new FileInfo(Path.Combine(folder, "model.onnx")).Length / 1e3:n0} kB, memory {before / 1e6:n0} MB before, peak {Peak() / 1e6:n0} MB");
            Report(written);
            if (inputs is not null)
            {
                Report($"{label} {name}: {Evaluate(folder, name, inputs)}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
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
                : TensorValue.FromFloats(TensorElement.Float32, FormulaWeights.Values(i.Name, i.Shape.Aggregate(1L, (a, b) => a * b)), i.Shape))),
        ];
        var run = Stopwatch.StartNew();
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(values, [session.OutputNames[0]]);
        double ran = run.Elapsed.TotalSeconds;
        values.ForEach(v => v.Item2.Dispose());
        float[] result = TensorValue.ToFloats(results[0]);
        Assert.All(result, v => Assert.True(float.IsFinite(v)));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"loaded in {loaded:f1} s, one evaluation on one thread {ran:f1} s, peak {Peak() / 1e6:n0} MB, {result.Length} finite values of rms {Math.Sqrt(result.Average(v => (double)v * v)):g3}");
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
