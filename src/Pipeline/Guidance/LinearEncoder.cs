using System;
using System.Globalization;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>
/// A cheap stand-in for the VAE encoder, taken only when it is named (<c>guidance.encoder: linear</c>): the latent is a linear
/// map of the mean colour m of the f by f pixels that it stands for.
/// <code>
/// z = s·(A·(2m - 1) + b)        dL/dx = 2·s·Aᵀ·dL/dz / f²
/// </code>
/// The map is fitted to the model's own encoder. It knows mean colours and nothing of texture or edges, so results are blurred.
/// </summary>
public sealed class LinearEncoder : ImageEncoder
{
    private readonly LatentMap _map;
    private readonly int _latentSize;
    private readonly int _channels;

    /// <summary>Fits the map to the model's encoder.</summary>
    /// <param name="model">The model folder.</param>
    /// <param name="cache">Where the fitted map is kept; null for nowhere.</param>
    /// <exception cref="InvalidModelException">ONNX Runtime refuses the encoder.</exception>
    public LinearEncoder(ModelFolder model, DiskCache? cache = null)
        : base(model)
    {
        _latentSize = model.LatentSize;
        _channels = model.LatentChannels;
        _map = LatentMap.Of(EncoderGraph.Of(model, LatentPosterior.Mean), cache);
        Note(string.Create(
            CultureInfo.InvariantCulture,
            $"guidance.encoder: linear: latents are a linear map of mean colours, which explains {100 * _map.Explained:f0} % of the encoder's latents on smooth pictures."));
    }

    /// <summary>Share of the variance of the encoder's latents that the map explains on smooth pictures, at most 1.</summary>
    public double Explained => _map.Explained;

    /// <summary>The fitted map.</summary>
    internal LatentMap Map => _map;

    /// <inheritdoc/>
    public override EncodedImage Encode(ReadOnlySpan<float> image, RandomKey noise)
    {
        RequireSize(image);
        float[] planes = new float[image.Length];
        ImagePlanes.ToPlanes(image, planes, 2, -1);
        float[] means = Pool(planes, ImageSize, _latentSize);
        int cells = _latentSize * _latentSize;
        float[] latent = new float[LatentLength];
        for (int i = 0; i < latent.Length; i++)
        {
            ReadOnlySpan<double> row = Row(i / cells);
            int cell = i % cells;
            latent[i] = (float)((row[0] * means[cell]) + (row[1] * means[cells + cell]) + (row[2] * means[(2 * cells) + cell]) + row[3]);
        }

        Scale(latent);
        return new EncodedImage(latent, null);
    }

    /// <inheritdoc/>
    public override void Gradient(EncodedImage encoded, ReadOnlySpan<float> dLdLatent, Span<float> dLdImage)
    {
        float[] cotangent = dLdLatent.ToArray();
        Scale(cotangent);
        int cells = _latentSize * _latentSize;
        int side = ImageSize / _latentSize;
        for (int i = 0; i < dLdImage.Length; i++)
        {
            int pixel = i / 3;
            int cell = (pixel / ImageSize / side * _latentSize) + (pixel % ImageSize / side);
            double sum = 0;
            for (int c = 0; c < _channels; c++)
            {
                sum += Row(c)[i % 3] * cotangent[(c * cells) + cell];
            }

            dLdImage[i] = (float)(2 * sum / (side * side));
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    /// <summary>Means of the squares of pixels that each cell of a smaller grid stands for.</summary>
    /// <param name="planes">Three planes of size·size.</param>
    /// <param name="size">Side of the planes.</param>
    /// <param name="cells">Side of the grid, a divisor of <paramref name="size"/>.</param>
    /// <returns>Three planes of cells·cells.</returns>
    internal static float[] Pool(float[] planes, int size, int cells)
    {
        int side = size / cells;
        float[] means = new float[3 * cells * cells];
        for (int i = 0; i < planes.Length; i++)
        {
            int row = i / size % size / side;
            means[(((i / (size * size) * cells) + row) * cells) + (i % size / side)] += planes[i] / (side * side);
        }

        return means;
    }

    private ReadOnlySpan<double> Row(int channel) => _map.Coefficients.AsSpan(channel * LatentMap.Terms, LatentMap.Terms);
}
