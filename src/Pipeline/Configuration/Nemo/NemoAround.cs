using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Configuration.Nemo;

/// <summary>The part of NeMo's <c>config.yaml</c> around the model. Little of it means anything here; what does becomes an option.</summary>
internal static class NemoAround
{
    private const string Trainer = "trainer";
    private const string Iterations = "iters";
    private const string Seed = "seed";

    /// <summary>The keys that are NeMo's and none of ours; <c>seed</c> is both.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        Trainer, "exp_manager", "hydra", "name", "mode", "mesh_fname", "mesh_resolution", "enable_benchmark", "benchmark_callback",
    ];

    /// <summary>Adds what means something to the model's options, and says in one line what does not.</summary>
    /// <param name="around">The part around the model.</param>
    /// <param name="own">The model's options.</param>
    /// <param name="problems">Added to.</param>
    /// <param name="notes">Added to.</param>
    public static ConfigurationMapping Lift(ConfigurationMapping around, ConfigurationMapping own, List<string> problems, List<string> notes)
    {
        List<string> meaningless = [];
        foreach ((string key, ConfigurationNode value) in around.Entries)
        {
            if (key == Seed)
            {
                own = own.With(Seed, value);
            }
            else if (key == Trainer && value is ConfigurationMapping trainer)
            {
                own = trainer.Find("max_steps") is { } steps && own.Find(Iterations) is null ? own.With(Iterations, steps) : own;
                meaningless.AddRange(trainer.Entries.Select(entry => entry.Key).Where(name => name is not ("max_steps" or "precision")).Select(name => $"{Trainer}.{name}"));
            }
            else if (Keys.Contains(key) || key == "defaults")
            {
                meaningless.Add(key);
            }
            else
            {
                problems.Add(ConfigurationBinder.UnknownKey(key, value.Origin, [.. Keys, Seed]));
            }
        }

        if (meaningless.Count > 0)
        {
            notes.Add($"{around.Entries[0].Value.Origin.Source}: these keys of NeMo's mean nothing here and are left out: {string.Join(", ", meaningless)}.");
        }

        return own;
    }
}
