using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Bench.Guidance;

/// <summary><c>samples FILE.png</c>: DDIM samples of the toybox for 16 prompts, 25 steps, guidance 5, as a sheet of two rows.</summary>
public static class SamplesCommand
{
    private const int Columns = 8;

    private static readonly string[] _prompts =
    [
        "a hamburger", "a mushroom", "a snowman", "a pine tree", "an ice cream cone", "a pumpkin", "a carrot", "a donut",
        "a red apple", "a blue chair", "a green table", "a yellow bus", "a purple teapot", "an orange traffic cone", "a pink gift box", "a white lighthouse",
    ];

    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length != 1)
        {
            Console.Error.WriteLine("samples: expected the picture to write; usage: samples FILE.png");
            return 2;
        }
        ModelFolder model = ModelFolder.Open(ModelLocator.Locate(ModelLocator.Toybox));
        NoiseSchedule schedule = new(model.Scheduler);
        using TextEncoder encoder = new(model);
        using Denoiser denoiser = new(model, schedule);
        using VaeDecoder decoder = new(model);
        var sampler = new DdimSampler(new DdimOptions(), schedule, denoiser);
        var pictures = new List<FloatImage>();
        foreach ((string prompt, int seed) in _prompts.Select((prompt, seed) => (prompt, seed)))
        {
            float[] latent = sampler.Sample(encoder.Encode("a DSLR photo of " + prompt, ", front view"), encoder.Encode(""), (uint)seed);
            pictures.Add(new FloatImage(model.ImageSize, model.ImageSize, 3, decoder.Decode(latent)));
        }
        FloatImage sheet = ContactSheet.Compose([.. pictures.Chunk(Columns).Select(row => (IReadOnlyList<FloatImage>)row)]);
        File.WriteAllBytes(arguments[0], PngWriter.Write(PngImage.FromFloat(sheet)));
        return 0;
    }
}
