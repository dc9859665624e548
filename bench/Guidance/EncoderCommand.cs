using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Guidance.Onnx;

namespace DreamFusion.Bench.Guidance;

/// <summary>
/// <c>encoder FILE SIZE [repeats]</c>: what a VAE encoder's graph and its image gradient cost on one thread, in time and memory. One
/// file per process, because the peak is the process's.
/// </summary>
public static class EncoderCommand
{
    private const int LatentChannels = 4;

    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length < 2)
        {
            Console.Error.WriteLine("encoder needs an .onnx file and the side of the image, such as: encoder model.onnx 512");
            return 2;
        }
        string path = Path.GetFullPath(arguments[0]);
        int size = int.Parse(arguments[1]);
        int repeats = arguments.Length > 2 ? int.Parse(arguments[2]) : 1;
        OnnxModel model = OnnxModel.Load(path, Path.GetDirectoryName(path)!);
        EncoderGraph graph = new(model, model.Proto.Graph.Input[0].Name, model.Proto.Graph.Output[0].Name, LatentChannels, size, LatentPosterior.Sample);
        var watch = Stopwatch.StartNew();
        ForwardGraph forward = graph.Fold();
        Report("fold", watch);
        DifferentiatedGraph differentiated = GraphDifferentiator.Differentiate(forward);
        Report("differentiate", watch);
        Console.WriteLine($"nodes: {model.Proto.Graph.Node.Count} in the file, {differentiated.Forward.Graph.Node.Count} forward, {differentiated.Backward.Graph.Node.Count} backward; {differentiated.Backward.Graph.Input.Count - 1} values kept, {Kept(differentiated) / 1e6:f0} MB");
        using DifferentiableSession session = DifferentiableSession.Load(differentiated, path);
        Report("load", watch);
        float[] image = [.. Enumerable.Range(0, 3 * size * size).Select(i => MathF.Sin(i * 0.013f))];
        float[] latent = [.. Enumerable.Range(0, (int)session.Output.Count).Select(i => MathF.Cos(i * 0.37f))];
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            watch.Restart();
            using Activations activations = session.Run(image, [.. session.Noise.Select(_ => latent)]);
            Report("forward", watch);
            float[] gradient = session.Gradient(activations, latent);
            Report("gradient", watch);
            Console.WriteLine($"norm of the gradient {Math.Sqrt(gradient.Sum(g => (double)g * g)):g6}");
        }
        return 0;
    }

    private static long Kept(DifferentiatedGraph graph) => graph.Backward.Graph.Input.Skip(1)
        .Sum(value => 4 * value.Type.TensorType.Shape.Dim.Aggregate(1L, (count, d) => count * d.DimValue));

    private static void Report(string stage, Stopwatch watch)
    {
        double peak = PeakMegabytes();
        Console.WriteLine($"{stage}: {watch.Elapsed.TotalMilliseconds:f1} ms, peak memory so far {peak:f0} MB");
        watch.Restart();
    }

    private static double PeakMegabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / 1e6;
    }
}
