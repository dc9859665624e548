using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Bench.Prompts;

/// <summary>Scores of the prior's own samples of one prompt.</summary>
/// <param name="ClipScore">Mean similarity to the prompt.</param>
/// <param name="Retrieval">Share that is recognised.</param>
public sealed record SampleScores(double ClipScore, double Retrieval);

/// <summary>
/// What distillation can hope for: 16 of the prior's own pictures of a prompt, two for each of its eight azimuth words (25 DDIM steps,
/// guidance 5), scored as colour renders are.
/// </summary>
public static class PriorSamples
{
    private const int PerView = 2;
    private const string FileName = "ceiling.tsv";

    private static readonly string[] _views =
    [
        ", front view", ", front left view", ", left side view", ", back left view", ", back view", ", back right view", ", right side view", ", front right view",
    ];

    /// <summary>The scores of every prompt, in order; kept in <c>ceiling.tsv</c>.</summary>
    public static IReadOnlyList<SampleScores> Scores(string folder, IReadOnlyList<string> prompts)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            Write(path, prompts);
        }
        Dictionary<string, SampleScores> scores = File.ReadAllLines(path).Select(line => line.Split('\t')).ToDictionary(
            cells => cells[0], cells => new SampleScores(double.Parse(cells[1], CultureInfo.InvariantCulture), double.Parse(cells[2], CultureInfo.InvariantCulture)));
        return [.. prompts.Select(prompt => scores[prompt])];
    }

    private static void Write(string path, IReadOnlyList<string> prompts)
    {
        ModelFolder model = ModelFolder.Open(ModelLocator.Locate(ModelLocator.Toybox));
        NoiseSchedule schedule = new(model.Scheduler);
        using TextEncoder encoder = new(model);
        using Denoiser denoiser = new(model, schedule, BranchExecution.Concurrent);
        using VaeDecoder decoder = new(model);
        using RetrievalScore judge = RetrievalScore.TryLoad(model) ?? throw new InvalidOperationException("The embedded prior has no judge.");
        var sampler = new DdimSampler(new DdimOptions(), schedule, denoiser);
        List<string> lines = [];
        foreach (string prompt in prompts)
        {
            FloatImage[] pictures =
            [
                .. Enumerable.Range(0, PerView * _views.Length).Select(seed => new FloatImage(
                    model.ImageSize, model.ImageSize, 3,
                    decoder.Decode(sampler.Sample(encoder.Encode(prompt, _views[seed % _views.Length]), encoder.Encode(""), (uint)seed)))),
            ];
            var scores = judge.EvaluateSamples(prompt, pictures).ToDictionary(score => score.Key, score => score.Value);
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{prompt}\t{scores[RetrievalScore.ClipScore]:0.0000}\t{scores[RetrievalScore.ColourRetrieval]:0.0000}"));
            Console.WriteLine(lines[^1]);
        }
        File.WriteAllLines(path, lines);
    }
}
