using System;
using System.Collections.Generic;

namespace DreamFusion.Pipeline.Import.Architecture;

/// <summary>Names and shapes of a network's parameters, collected layer by layer in the order of the data flow.</summary>
internal sealed class ShapeList
{
    private readonly Dictionary<string, long[]> _shapes = new(StringComparer.Ordinal);

    /// <summary>All parameters so far.</summary>
    public IReadOnlyDictionary<string, long[]> Shapes => _shapes;

    /// <summary>A parameter of any shape.</summary>
    public void Add(string name, params long[] shape) => _shapes.Add(name, shape);

    /// <summary>y = x Wᵀ + b: weight [out, in] and, if it has one, bias [out].</summary>
    public void Linear(string name, int inputs, int outputs, bool bias = true)
    {
        Add(name + ".weight", outputs, inputs);
        if (bias)
        {
            Add(name + ".bias", outputs);
        }
    }

    /// <summary>A square convolution: weight [out, in, kernel, kernel], bias [out].</summary>
    public void Conv(string name, int inputs, int outputs, int kernel)
    {
        Add(name + ".weight", outputs, inputs, kernel, kernel);
        Add(name + ".bias", outputs);
    }

    /// <summary>A GroupNorm or LayerNorm: scale and offset [channels].</summary>
    public void Norm(string name, int channels)
    {
        Add(name + ".weight", channels);
        Add(name + ".bias", channels);
    }

    /// <summary>A residual block; with a time embedding in the UNet, without (width 0) in the VAE.</summary>
    public void Resnet(string name, int inputs, int outputs, int timeWidth)
    {
        Norm(name + ".norm1", inputs);
        Conv(name + ".conv1", inputs, outputs, 3);
        if (timeWidth > 0)
        {
            Linear(name + ".time_emb_proj", timeWidth, outputs);
        }

        Norm(name + ".norm2", outputs);
        Conv(name + ".conv2", outputs, outputs, 3);
        if (inputs != outputs)
        {
            Conv(name + ".conv_shortcut", inputs, outputs, 1);
        }
    }
}
