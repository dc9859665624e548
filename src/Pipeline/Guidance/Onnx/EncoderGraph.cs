using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>A VAE encoder's graph on its way from the file to a differentiated session.</summary>
/// <param name="Model">The file.</param>
/// <param name="Input">Name of the image input.</param>
/// <param name="Output">Name of the latent, or of its posterior's parameters.</param>
/// <param name="LatentChannels">Latent channels C.</param>
/// <param name="ImageSize">Side of the square image.</param>
/// <param name="Posterior">What to return of a posterior.</param>
internal sealed record EncoderGraph(OnnxModel Model, string Input, string Output, int LatentChannels, int ImageSize, LatentPosterior Posterior)
{
    // Part of the key: to be raised with any change of what the differentiation writes.
    private const int Version = 1;
    private const string Kind = "gradients";

    /// <summary>The encoder of a model folder.</summary>
    /// <param name="model">The folder.</param>
    /// <param name="posterior">What to return of a posterior.</param>
    /// <returns>Its graph.</returns>
    public static EncoderGraph Of(ModelFolder model, LatentPosterior posterior) => new(
        OnnxModel.Load(model.VaeEncoder.ModelPath, model.Folder), model.VaeEncoder.Input("image", 4).Name,
        model.VaeEncoder.Output("latent", 4, "latent_sample", "latent_parameters").Name, model.LatentChannels, model.ImageSize, posterior);

    /// <summary>The graph for the fixed image size, with the posterior's tail if the file ends at its parameters.</summary>
    /// <returns>The folded graph.</returns>
    public ForwardGraph Fold()
    {
        ForwardGraph forward = new(Model, Input, Output, [1, 3, ImageSize, ImageSize]);
        // The channels may be an open axis of the file, but not of the graph with a fixed input.
        if (forward.Type(Output).Shape is [_, int channels, ..] && channels == 2 * LatentChannels)
        {
            PosteriorTail.Append(forward, LatentChannels, Posterior == LatentPosterior.Sample);
        }

        return forward;
    }

    /// <summary>Differentiates the graph and loads the result, or loads what was cached.</summary>
    /// <param name="cache">Where the result is kept; null for nowhere.</param>
    /// <param name="device">Where it runs; null for one thread of the CPU.</param>
    /// <returns>The loaded graph.</returns>
    /// <exception cref="InvalidModelException">An operator without a gradient, or a graph ONNX Runtime refuses.</exception>
    public DifferentiableSession Load(DiskCache? cache, GuidanceDevice? device = null)
    {
        if (cache is null)
        {
            return DifferentiableSession.Load(GraphDifferentiator.Differentiate(Fold()), Model.FilePath, device);
        }

        string key = Key();
        if (cache.Find(Kind, key) is string folder)
        {
            try
            {
                return DifferentiableSession.Load(folder, Model.FilePath, device);
            }
            catch (InvalidModelException)
            {
                // Deleted by another process in the meantime, or written for another build of ONNX Runtime.
                cache.Remove(Kind, key);
            }
        }

        DifferentiatedGraph graph = GraphDifferentiator.Differentiate(Fold());
        cache.Add(Kind, key, path => GraphFiles.Write(graph, path));
        return DifferentiableSession.Load(graph, Model.FilePath, device);
    }

    /// <summary>What a result is computed from: the file, its external data, and how it is used.</summary>
    /// <returns>SHA-256, 64 lower-case hexadecimal digits.</returns>
    public string Key()
    {
        using ContentHash hash = new();
        hash.Append(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{Version}|{Input}|{Output}|{LatentChannels}|{ImageSize}|{Posterior}\n")));
        Append(hash, Model.FilePath);
        foreach (string path in Model.ExternalFiles().Order(StringComparer.Ordinal))
        {
            Append(hash, path);
        }

        return hash.Finish();
    }

    private static void Append(ContentHash hash, string path)
    {
        using FileStream stream = File.OpenRead(path);
        hash.Append(Encoding.UTF8.GetBytes(stream.Length.ToString(CultureInfo.InvariantCulture) + "\n"));
        hash.Append(stream);
    }
}
