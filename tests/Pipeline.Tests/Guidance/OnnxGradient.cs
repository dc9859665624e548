using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>Runs a differentiated graph in ONNX Runtime.</summary>
internal static class OnnxGradient
{
    public static float[] Run(DifferentiatedGraph graph, float[] x, float[] cotangent, out float[] y, params float[][] noise)
    {
        using DifferentiableSession session = DifferentiableSession.Load(graph, "test");
        using Activations activations = session.Run(x, noise);
        y = [.. activations.Result];
        return session.Gradient(activations, cotangent);
    }

    public static int[] OutputShape(DifferentiatedGraph graph) => [.. graph.Forward.Graph.Output[0].Type.TensorType.Shape.Dim.Select(d => (int)d.DimValue)];
}
