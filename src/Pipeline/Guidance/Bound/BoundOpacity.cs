using System;
using System.Collections.Generic;
using DreamFusion.Pipeline.Guidance.Onnx;
using ILGPU;
using Microsoft.ML.OnnxRuntime;
using Element = DreamFusion.Pipeline.Guidance.Onnx.Format.TensorProto.Types.DataType;

namespace DreamFusion.Pipeline.Guidance.Bound;

/// <summary><see cref="OpacitySums"/> of a view in shared memory: four numbers come to the host in place of the view.</summary>
internal sealed class BoundOpacity(GuidanceDevice device, GuidanceMemory memory) : IDisposable
{
    private const int Numbers = 4;

    private readonly Dictionary<(int Width, int Height), OnnxSession> _graphs = [];
    private readonly BoundStatistics _sums = new(memory, Numbers);

    /// <summary>The numbers of a view.</summary>
    /// <param name="opacity">A [height·width], row by row.</param>
    /// <param name="width">Width, pixels.</param>
    /// <param name="height">Height, pixels.</param>
    public OpacitySums Of(ArrayView<float> opacity, int width, int height)
    {
        if (!_graphs.TryGetValue((width, height), out OnnxSession? graph))
        {
            _graphs[(width, height)] = graph = Graph(width, height).Load(device);
        }

        using BoundValues values = new();
        values.Own("opacity", memory.Value(opacity, height, width));
        using OrtValue target = _sums.Target();
        values.Run(graph, memory, null, ("sums", target));
        ReadOnlySpan<float> sums = _sums.Read();
        return new OpacitySums(sums[0], (int)sums[1], sums[2] / OpacitySums.BorderCount(width, height), (int)sums[3]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (OnnxSession graph in _graphs.Values)
        {
            graph.Dispose();
        }

        _sums.Dispose();
    }

    private static GlueGraph Graph(int width, int height)
    {
        var graph = new GlueGraph("opacity of a view");
        string opacity = graph.Input("opacity", Element.Float, height, width);
        float[] ring = new float[height * width];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x += OpacitySums.BorderStep(y, width, height))
            {
                ring[(y * width) + x] = 1;
            }
        }

        string Count(string condition) => graph.Sum(graph.Cast(condition, Element.Float));
        string translucent = graph.Node("And", [graph.Node("Greater", [opacity, graph.Number(OpacitySums.Clear)]), graph.Node("Less", [opacity, graph.Number(OpacitySums.Opaque)])]);
        string border = graph.Sum(graph.Mul(opacity, graph.Numbers(ring, height, width)));
        graph.Output(graph.Join(graph.Sum(opacity), Count(translucent), border, Count(graph.Node("Greater", [opacity, graph.Number(0)]))), "sums", Element.Float, Numbers);
        return graph;
    }
}
