using System;

namespace DreamFusion.References.Onnx;

/// <summary>Convolution over one or two axes as the ONNX specification writes it, and its data gradient.</summary>
internal static class ReferenceConvolution
{
    public static DoubleTensor Forward(ReferenceNode node, DoubleTensor[] x)
    {
        Geometry c = new(node, x[0].Shape, x[1].Shape);
        double[] y = new double[c.Batch * c.OutputChannels * c.OutputHeight * c.OutputWidth];
        if (x.Length > 2)
        {
            int area = c.OutputHeight * c.OutputWidth;
            for (int i = 0; i < y.Length; i++)
            {
                y[i] = x[2].Values[i / area % x[2].Values.Length];
            }
        }

        c.ForEachRow((input, stride, weight, output, count) =>
        {
            double w = x[1].Values[weight];
            for (int k = 0; k < count; k++)
            {
                y[output + k] += x[0].Values[input + (k * stride)] * w;
            }
        });
        int[] shape = x[0].Shape.Length == 3 ? [c.Batch, c.OutputChannels, c.OutputWidth] : [c.Batch, c.OutputChannels, c.OutputHeight, c.OutputWidth];
        return new DoubleTensor(shape, y);
    }

    public static DoubleTensor BackwardData(ReferenceNode node, DoubleTensor[] x, DoubleTensor g)
    {
        Geometry c = new(node, x[0].Shape, x[1].Shape);
        DoubleTensor gradient = DoubleTensor.Zeros(x[0].Shape);
        c.ForEachRow((input, stride, weight, output, count) =>
        {
            double w = x[1].Values[weight];
            for (int k = 0; k < count; k++)
            {
                gradient.Values[input + (k * stride)] += g.Values[output + k] * w;
            }
        });
        return gradient;
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

        /// <summary>Calls with (first input, input stride, weight, first output, count) for every run of products along a row.</summary>
        public void ForEachRow(Action<int, int, int, int, int> row)
        {
            int outputs = _w[0] / _group;
            for (int n = 0; n < _x[0]; n++)
            {
                for (int o = 0; o < _w[0]; o++)
                {
                    for (int i = 0; i < _w[1]; i++)
                    {
                        int plane = ((n * _x[1]) + (o / outputs * _w[1]) + i) * _x[2];
                        for (int q = 0; q < _w[2] * _w[3]; q++)
                        {
                            Plane(row, plane, (((o * _w[1]) + i) * _w[2] * _w[3]) + q, ((n * _w[0]) + o) * OutputHeight, q / _w[3], q % _w[3]);
                        }
                    }
                }
            }
        }

        private void Plane(Action<int, int, int, int, int> row, int inputRow, int weight, int outputRow, int ky, int kx)
        {
            int stride = (int)_strides[1];
            int left = (int)((kx * _dilations[1]) - _pads[1]);
            int first = left >= 0 ? 0 : (-left + stride - 1) / stride;
            int last = Math.Min(OutputWidth - 1, (_x[3] - 1 - left) / stride);
            for (int y = 0; y < OutputHeight && last >= first && _x[3] - 1 >= left; y++)
            {
                int v = (int)((y * _strides[0]) + (ky * _dilations[0]) - _pads[0]);
                if (v >= 0 && v < _x[2])
                {
                    row(((inputRow + v) * _x[3]) + left + (first * stride), stride, weight, ((outputRow + y) * OutputWidth) + first, last - first + 1);
                }
            }
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
