using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Guidance.Onnx.Gradients;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Bench.Guidance;

/// <summary>
/// <c>conv-gradient</c>: the data gradient of convolutions of the embedded prior's and Stable Diffusion's encoders, written in each way
/// that applies, in ONNX Runtime on one thread.
/// </summary>
public static class ConvGradientCommand
{
    private static readonly (string Name, int Inputs, int Outputs, int Size, int Kernel, int Stride, long[] Pads)[] _shapes =
    [
        ("toybox 32 to 32, 64x64, 3x3", 32, 32, 64, 3, 1, [1, 1, 1, 1]),
        ("toybox 3 to 32, 64x64, 3x3", 3, 32, 64, 3, 1, [1, 1, 1, 1]),
        ("8 to 32, 64x64, 3x3", 8, 32, 64, 3, 1, [1, 1, 1, 1]),
        ("8 to 128, 256x256, 3x3", 8, 128, 256, 3, 1, [1, 1, 1, 1]),
        ("16 to 128, 256x256, 3x3", 16, 128, 256, 3, 1, [1, 1, 1, 1]),
        ("toybox 64 to 64, 16x16, 3x3", 64, 64, 16, 3, 1, [1, 1, 1, 1]),
        ("toybox 32 to 32, 64x64, 3x3, stride 2", 32, 32, 64, 3, 2, [1, 1, 1, 1]),
        ("4x4, stride 2, 32 to 64, 64x64", 32, 64, 64, 4, 2, [1, 1, 1, 1]),
        ("Stable Diffusion 3 to 128, 256x256, 3x3", 3, 128, 256, 3, 1, [1, 1, 1, 1]),
        ("Stable Diffusion 128 to 128, 256x256, 3x3", 128, 128, 256, 3, 1, [1, 1, 1, 1]),
        ("Stable Diffusion 256 to 512, 64x64, 1x1", 256, 512, 64, 1, 1, [0, 0, 0, 0]),
        ("Stable Diffusion 128 to 128, 257x257, 3x3, stride 2", 128, 128, 257, 3, 2, [0, 0, 0, 0]),
        ("Stable Diffusion 512 to 512, 129x129, 3x3, stride 2", 512, 512, 129, 3, 2, [0, 0, 0, 0]),
    ];

    public static int Run()
    {
        foreach ((string name, int inputs, int outputs, int size, int kernel, int stride, long[] pads) in _shapes)
        {
            Console.Write(name + ":");
            foreach (ConvGradientForm form in stride == 1 ? [ConvGradientForm.Flipped, ConvGradientForm.Transposed] : (ConvGradientForm[])[ConvGradientForm.Transposed])
            {
                (double smallest, double median) = Time(form, [1, inputs, size, size], [outputs, inputs, kernel, kernel], stride, pads);
                Console.Write($" {form} {median:f2} ms (min {smallest:f2})");
            }
            Console.WriteLine();
        }
        return 0;
    }

    private static (double Smallest, double Median) Time(ConvGradientForm form, int[] x, int[] w, int stride, long[] pads)
    {
        GraphProto graph = new() { Name = "convolution" };
        graph.Input.Add(Tensors.Value("x", x));
        graph.Output.Add(new ValueInfoProto { Name = "y" });
        float[] weights = [.. Enumerable.Range(0, w.Aggregate(1, (a, b) => a * b)).Select(i => 0.1f * MathF.Sin(i))];
        graph.Initializer.Add(Tensors.Floats("w", weights, w.Select(d => (long)d)));
        NodeProto node = new() { OpType = "Conv", Input = { "x", "w" }, Output = { "y" } };
        node.Attribute.Add(NodeAttributes.Of("strides", [stride, stride]));
        node.Attribute.Add(NodeAttributes.Of("pads", pads));
        graph.Node.Add(node);
        ModelProto model = new() { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        DifferentiatedGraph differentiated = GraphDifferentiator.Differentiate(
            new ForwardGraph(OnnxModel.Of(model, "convolution"), "x", "y", x), new ConvGradient(form));
        using OnnxSession session = OnnxSession.Load(differentiated.Backward.ToByteArray(), "convolution");
        TensorType type = session.InputType(session.InputNames[0]);
        float[] cotangent = [.. Enumerable.Range(0, (int)type.Count).Select(i => MathF.Cos(i))];
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(cotangent, [.. type.Shape.Select(d => (long)d)]);
        List<double> times = [];
        for (var total = Stopwatch.StartNew(); times.Count < 5 || (total.ElapsedMilliseconds < 2000 && times.Count < 300);)
        {
            long start = Stopwatch.GetTimestamp();
            session.Run([(session.InputNames[0], value)], [.. session.OutputNames]).Dispose();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        times.RemoveRange(0, 2);
        times.Sort();
        return (times[0], times[times.Count / 2]);
    }
}
