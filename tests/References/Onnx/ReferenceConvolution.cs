using System;

namespace DreamFusion.References.Onnx;

/// <summary>Two-dimensional convolution as the ONNX specification writes it, and its data gradient, by one loop over all products.</summary>
internal static class ReferenceConvolution
{
    public static DoubleTensor Forward(ReferenceNode node, DoubleTensor[] x)
    {
        Geometry c = new(node, x[0], x[1]);
        DoubleTensor y = DoubleTensor.Zeros([x[0].Shape[0], x[1].Shape[0], c.OutputHeight, c.OutputWidth]);
        if (x.Length > 2)
        {
            int area = c.OutputHeight * c.OutputWidth;
            for (int i = 0; i < y.Values.Length; i++)
            {
                y.Values[i] = x[2].Values[i / area % x[2].Values.Length];
            }
        }

        c.ForEachProduct((input, weight, output) => y.Values[output] += x[0].Values[input] * x[1].Values[weight]);
        return y;
    }

    public static DoubleTensor BackwardData(ReferenceNode node, DoubleTensor[] x, DoubleTensor g)
    {
        Geometry c = new(node, x[0], x[1]);
        DoubleTensor gradient = DoubleTensor.Zeros(x[0].Shape);
        c.ForEachProduct((input, weight, output) => gradient.Values[input] += g.Values[output] * x[1].Values[weight]);
        return gradient;
    }

    private sealed class Geometry
    {
        private readonly int _batch;
        private readonly int _group;
        private readonly int[] _x;
        private readonly int[] _w;
        private readonly long[] _strides;
        private readonly long[] _dilations;
        private readonly long[] _pads;

        public Geometry(ReferenceNode node, DoubleTensor x, DoubleTensor w)
        {
            _batch = x.Shape[0];
            _x = x.Shape;
            _w = w.Shape;
            _group = (int)node.Whole("group", 1);
            _strides = node.List("strides", 1, 1);
            _dilations = node.List("dilations", 1, 1);
            _pads = node.Text("auto_pad", "NOTSET") switch
            {
                "NOTSET" => node.List("pads", 0, 0, 0, 0),
                "VALID" => [0, 0, 0, 0],
                string same => Same(same == "SAME_LOWER"),
            };
            OutputHeight = Output(0);
            OutputWidth = Output(1);
        }

        public int OutputHeight { get; }

        public int OutputWidth { get; }

        public void ForEachProduct(Action<int, int, int> product)
        {
            int outputs = _w[0] / _group;
            for (int n = 0; n < _batch; n++)
            {
                for (int o = 0; o < _w[0]; o++)
                {
                    for (int i = 0; i < _w[1]; i++)
                    {
                        int channel = (o / outputs * _w[1]) + i;
                        for (int q = 0; q < _w[2] * _w[3]; q++)
                        {
                            Plane(product, ((n * _x[1]) + channel) * _x[2], ((((o * _w[1]) + i) * _w[2]) + (q / _w[3])) * _w[3], ((n * _w[0]) + o) * OutputHeight, q / _w[3], q % _w[3]);
                        }
                    }
                }
            }
        }

        private void Plane(Action<int, int, int> product, int inputRow, int weightRow, int outputRow, int ky, int kx)
        {
            for (int y = 0; y < OutputHeight; y++)
            {
                int v = (int)((y * _strides[0]) + (ky * _dilations[0]) - _pads[0]);
                for (int x = 0; x < OutputWidth && v >= 0 && v < _x[2]; x++)
                {
                    int u = (int)((x * _strides[1]) + (kx * _dilations[1]) - _pads[1]);
                    if (u >= 0 && u < _x[3])
                    {
                        product(((inputRow + v) * _x[3]) + u, weightRow + kx, ((outputRow + y) * OutputWidth) + x);
                    }
                }
            }
        }

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
