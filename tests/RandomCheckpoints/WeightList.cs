using System.Collections.Generic;
using DreamFusion.Pipeline.Import.Architecture;

namespace DreamFusion.RandomCheckpoints;

/// <summary>Weights in the order in which a network is built; every layer has a name on both sides.</summary>
internal sealed class WeightList(string component)
{
    private readonly List<Weight> _weights = [];

    public IReadOnlyList<Weight> Weights => _weights;

    public void Add(string ldm, string diffusers, params long[] shape) => _weights.Add(new Weight(component, ldm, diffusers, shape));

    public void Linear(string ldm, string diffusers, int inputs, int outputs, bool hasBias = true)
    {
        Add(ldm + ".weight", diffusers + ".weight", outputs, inputs);
        if (hasBias)
        {
            Add(ldm + ".bias", diffusers + ".bias", outputs);
        }
    }

    public void Conv(string ldm, string diffusers, int inputs, int outputs, int kernel)
    {
        Add(ldm + ".weight", diffusers + ".weight", outputs, inputs, kernel, kernel);
        Add(ldm + ".bias", diffusers + ".bias", outputs);
    }

    public void Norm(string ldm, string diffusers, int channels)
    {
        Add(ldm + ".weight", diffusers + ".weight", channels);
        Add(ldm + ".bias", diffusers + ".bias", channels);
    }

    public void Resnet(string ldm, string diffusers, int inputs, int outputs, int time)
    {
        Norm(ldm + ".in_layers.0", diffusers + ".norm1", inputs);
        Conv(ldm + ".in_layers.2", diffusers + ".conv1", inputs, outputs, 3);
        Linear(ldm + ".emb_layers.1", diffusers + ".time_emb_proj", time, outputs);
        Norm(ldm + ".out_layers.0", diffusers + ".norm2", outputs);
        Conv(ldm + ".out_layers.3", diffusers + ".conv2", outputs, outputs, 3);
        if (inputs != outputs)
        {
            Conv(ldm + ".skip_connection", diffusers + ".conv_shortcut", inputs, outputs, 1);
        }
    }

    public void Transformer(string ldm, string diffusers, int channels, UNetArchitecture unet)
    {
        Norm(ldm + ".norm", diffusers + ".norm", channels);
        Projection(ldm + ".proj_in", diffusers + ".proj_in", channels, unet.LinearProjection);
        const string Block = ".transformer_blocks.0";
        foreach ((string attention, int context) in ((string, int)[])[(".attn1", channels), (".attn2", unet.CrossAttentionWidth)])
        {
            Linear(ldm + Block + attention + ".to_q", diffusers + Block + attention + ".to_q", channels, channels, hasBias: false);
            Linear(ldm + Block + attention + ".to_k", diffusers + Block + attention + ".to_k", context, channels, hasBias: false);
            Linear(ldm + Block + attention + ".to_v", diffusers + Block + attention + ".to_v", context, channels, hasBias: false);
            Linear(ldm + Block + attention + ".to_out.0", diffusers + Block + attention + ".to_out.0", channels, channels);
        }

        Linear(ldm + Block + ".ff.net.0.proj", diffusers + Block + ".ff.net.0.proj", channels, 8 * channels);
        Linear(ldm + Block + ".ff.net.2", diffusers + Block + ".ff.net.2", 4 * channels, channels);
        foreach (string norm in (string[])[".norm1", ".norm2", ".norm3"])
        {
            Norm(ldm + Block + norm, diffusers + Block + norm, channels);
        }

        Projection(ldm + ".proj_out", diffusers + ".proj_out", channels, unet.LinearProjection);
    }

    public void VaeResnet(string ldm, string diffusers, int inputs, int outputs)
    {
        Norm(ldm + ".norm1", diffusers + ".norm1", inputs);
        Conv(ldm + ".conv1", diffusers + ".conv1", inputs, outputs, 3);
        Norm(ldm + ".norm2", diffusers + ".norm2", outputs);
        Conv(ldm + ".conv2", diffusers + ".conv2", outputs, outputs, 3);
        if (inputs != outputs)
        {
            Conv(ldm + ".nin_shortcut", diffusers + ".conv_shortcut", inputs, outputs, 1);
        }
    }

    public void VaeMiddle(string side, int channels)
    {
        VaeResnet(side + ".mid.block_1", side + ".mid_block.resnets.0", channels, channels);
        string ldm = side + ".mid.attn_1", diffusers = side + ".mid_block.attentions.0";
        Norm(ldm + ".norm", diffusers + ".group_norm", channels);
        Linear(ldm + ".q", diffusers + ".to_q", channels, channels);
        Linear(ldm + ".k", diffusers + ".to_k", channels, channels);
        Linear(ldm + ".v", diffusers + ".to_v", channels, channels);
        Linear(ldm + ".proj_out", diffusers + ".to_out.0", channels, channels);
        VaeResnet(side + ".mid.block_2", side + ".mid_block.resnets.1", channels, channels);
    }

    private void Projection(string ldm, string diffusers, int channels, bool isLinear)
    {
        if (isLinear)
        {
            Linear(ldm, diffusers, channels, channels);
        }
        else
        {
            Conv(ldm, diffusers, channels, channels, 1);
        }
    }
}
