using System;
using System.Numerics;
using System.Runtime.InteropServices;

namespace DreamFusion.References.Onnx;

/// <summary>Convolution over one or two axes as the ONNX specification writes it, and its data gradient.</summary>
internal static class ReferenceConvolution
{
    // y_o += w·x moved by the kernel's element, for every input channel and element.
    public static DoubleTensor Forward(ReferenceNode node, DoubleTensor[] x)
    {
        Geometry c = new(node, x[0].Shape, x[1].Shape);
        double[] y = new double[c.Batch * c.OutputChannels * c.OutputArea];
        for (int i = 0; i < y.Length && x.Length > 2; i++)
        {
            y[i] = x[2].Values[i / c.OutputArea % x[2].Values.Length];
        }

        double[] moved = new double[c.OutputArea];
        c.ForEachElement((plane, sources, products) =>
        {
            for (int k = 0; k < moved.Length; k++)
            {
                moved[k] = sources[k] < 0 ? 0 : x[0].Values[plane + sources[k]];
            }

            foreach ((int weight, int output) in products)
            {
                AddScaled(moved, x[1].Values[weight], y.AsSpan(output, moved.Length));
            }
        });
        int[] shape = x[0].Shape.Length == 3 ? [c.Batch, c.OutputChannels, c.OutputArea] : [c.Batch, c.OutputChannels, c.OutputHeight, c.OutputWidth];
        return new DoubleTensor(shape, y);
    }

    public static DoubleTensor BackwardData(ReferenceNode node, DoubleTensor[] x, DoubleTensor g)
    {
        Geometry c = new(node, x[0].Shape, x[1].Shape);
        DoubleTensor gradient = DoubleTensor.Zeros(x[0].Shape);
        double[] moved = new double[c.OutputArea];
        c.ForEachElement((plane, sources, products) =>
        {
            Array.Clear(moved);
            foreach ((int weight, int output) in products)
            {
                AddScaled(g.Values.AsSpan(output, moved.Length), x[1].Values[weight], moved);
            }

            for (int k = 0; k < moved.Length; k++)
            {
                if (sources[k] >= 0)
                {
                    gradient.Values[plane + sources[k]] += moved[k];
                }
            }
        });
        return gradient;
    }

    // Most of the evaluator's time: the slow tests take differences at every pixel of an image.
    private static void AddScaled(ReadOnlySpan<double> x, double w, Span<double> y)
    {
        ReadOnlySpan<Vector<double>> from = MemoryMarshal.Cast<double, Vector<double>>(x);
        Span<Vector<double>> to = MemoryMarshal.Cast<double, Vector<double>>(y);
        for (int v = 0; v < to.Length; v++)
        {
            to[v] += from[v] * w;
        }

        for (int k = to.Length * Vector<double>.Count; k < y.Length; k++)
        {
            y[k] += x[k] * w;
        }
    }

    // One axis is two with a height of 1.
    private sealed class Geometry
    {
        private readonly int _group;
        private readonly int[] _x;
        private readonly int[] _w;
        private readonly long[] _strides;
        private readonly long[] _dilations;
        private readonly long[] _pads;

        public Geometry(ReferenceNode node, int[] x, int[] w)
        {
            bool line = x.Length == 3;
            _x = line ? [x[0], x[1], 1, x[2]] : x;
            _w = line ? [w[0], w[1], 1, w[2]] : w;
            _group = (int)node.Whole("group", 1);
            _strides = Plane(node.List("strides", line ? [1] : [1, 1]));
            _dilations = Plane(node.List("dilations", line ? [1] : [1, 1]));
            _pads = node.Text("auto_pad", "NOTSET") switch
            {
                "NOTSET" => Pads(node.List("pads", line ? [0, 0] : [0, 0, 0, 0])),
                "VALID" => [0, 0, 0, 0],
                string same => Same(same == "SAME_LOWER"),
            };
            OutputHeight = Output(0);
            OutputWidth = Output(1);
        }

        public int Batch => _x[0];

        public int OutputChannels => _w[0];

        public int OutputHeight { get; }

        public int OutputWidth { get; }

        public int OutputArea => OutputHeight * OutputWidth;

        /// <summary>
        /// Calls for every image, input channel and element of the kernel with (first value of the input plane, offset in the plane
        /// for every output or -1 in the padding, the (weight, first value of the output plane) pairs that the plane is multiplied into).
        /// </summary>
        public void ForEachElement(Action<int, int[], (int Weight, int Output)[]> body)
        {
            int outputs = _w[0] / _group;
            int area = _w[2] * _w[3];
            (int Weight, int Output)[] products = new (int, int)[outputs];
            for (int q = 0; q < area; q++)
            {
                int[] sources = Sources(q / _w[3], q % _w[3]);
                for (int plane = 0; plane < _x[0] * _x[1]; plane++)
                {
                    (int n, int channel) = Math.DivRem(plane, _x[1]);
                    (int group, int i) = Math.DivRem(channel, _w[1]);
                    for (int k = 0; k < outputs; k++)
                    {
                        int o = (group * outputs) + k;
                        products[k] = ((((o * _w[1]) + i) * area) + q, ((n * _w[0]) + o) * OutputArea);
                    }

                    body(plane * _x[2] * _x[3], sources, products);
                }
            }
        }

        private int[] Sources(int ky, int kx)
        {
            int[] sources = new int[OutputArea];
            for (int k = 0; k < sources.Length; k++)
            {
                long v = (k / OutputWidth * _strides[0]) + (ky * _dilations[0]) - _pads[0];
                long u = (k % OutputWidth * _strides[1]) + (kx * _dilations[1]) - _pads[1];
                sources[k] = v >= 0 && v < _x[2] && u >= 0 && u < _x[3] ? (int)((v * _x[3]) + u) : -1;
            }

            return sources;
        }

        private static long[] Plane(long[] axes) => axes.Length == 1 ? [1, axes[0]] : axes;

        private static long[] Pads(long[] pads) => pads.Length == 2 ? [0, pads[0], 0, pads[1]] : pads;

        private int Output(int axis)
        {
            long extent = (_dilations[axis] * (_w[axis + 2] - 1)) + 1;
            return (int)(((_x[axis + 2] + _pads[axis] + _pads[axis + 2] - extent) / _strides[axis]) + 1);
        }

        // auto_pad SAME: as many outputs as the input has strides, the padding split in halves.
        private long[] Same(bool lower)
        {
            long[] pads = new long[4];
            for (int axis = 0; axis < 2; axis++)
            {
                long outputs = (_x[axis + 2] + _strides[axis] - 1) / _strides[axis];
                long total = Math.Max(0, ((outputs - 1) * _strides[axis]) + (_dilations[axis] * (_w[axis + 2] - 1)) + 1 - _x[axis + 2]);
                pads[axis] = lower ? total - (total / 2) : total / 2;
                pads[axis + 2] = total - pads[axis];
            }

            return pads;
        }
    }
}
