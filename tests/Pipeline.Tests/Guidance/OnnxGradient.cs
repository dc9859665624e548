using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>Runs a differentiated graph in ONNX Runtime.</summary>
internal static class OnnxGradient
{
    public static float[] Run(DifferentiatedGraph graph, float[] x, int[] shape, float[] cotangent, out float[] y)
    {
        using OnnxSession forward = OnnxSession.Load(graph.Forward, "forward");
        using OnnxSession backward = OnnxSession.Load(graph.Backward, "backward");
        string[] names = [graph.Output, .. graph.Saved.Where(n => n != graph.Input && n != graph.Output)];
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(x, [.. shape.Select(d => (long)d)]);
        using IDisposableReadOnlyCollection<OrtValue> outputs = forward.Run([(graph.Input, input)], names);
        y = TensorValue.ToFloats(outputs[0]);
        using OrtValue seed = OrtValue.CreateTensorValueFromMemory(cotangent, [.. graph.OutputShape.Select(d => (long)d)]);
        List<(string Name, OrtValue Value)> inputs = [(graph.Cotangent, seed)];
        inputs.AddRange(graph.Saved.Select(n => (n, n == graph.Input ? input : outputs[Array.IndexOf(names, n)])));
        using IDisposableReadOnlyCollection<OrtValue> gradient = backward.Run(inputs, [graph.Gradient]);
        return TensorValue.ToFloats(gradient[0]);
    }
}
