using System;
using ILGPU;

namespace DreamFusion.Bench.LoopDriver;

/// <summary>Alpha compositing of packed samples (Max 1995), one ray per index: the kernel of short loops over neighbouring memory.</summary>
public static class CompositeKernel
{
    public struct Args
    {
        /// <summary>First sample and sample count of each ray [R, 2].</summary>
        public ArrayView<int> Rays;

        /// <summary>Density [M].</summary>
        public ArrayView<float> Sigma;

        /// <summary>Segment length [M].</summary>
        public ArrayView<float> Delta;

        /// <summary>Colour [M, 3].</summary>
        public ArrayView<float> Rgb;

        /// <summary>Weight of each sample [M]; overwritten.</summary>
        public ArrayView<float> Weights;

        /// <summary>Colour and opacity of each ray [R, 4]; overwritten.</summary>
        public ArrayView<float> Image;
    }

    public static void Forward(Index1D ray, Args a)
    {
        int first = a.Rays[ray * 2];
        int end = first + a.Rays[(ray * 2) + 1];
        float transmittance = 1;
        float red = 0;
        float green = 0;
        float blue = 0;
        for (int s = first; s < end; s++)
        {
            float alpha = 1 - MathF.Exp(-a.Sigma[s] * a.Delta[s]);
            float weight = transmittance * alpha;
            red += weight * a.Rgb[s * 3];
            green += weight * a.Rgb[(s * 3) + 1];
            blue += weight * a.Rgb[(s * 3) + 2];
            a.Weights[s] = weight;
            transmittance *= 1 - alpha;
        }

        a.Image[ray * 4] = red;
        a.Image[(ray * 4) + 1] = green;
        a.Image[(ray * 4) + 2] = blue;
        a.Image[(ray * 4) + 3] = 1 - transmittance;
    }
}
