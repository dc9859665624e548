using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using DreamFusion.Fuzz.Mutation;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Fuzz.Targets;

/// <summary>JSON files: a model folder's, a small prior's vocabulary, a run's summary and metrics.</summary>
internal static class JsonTargets
{
    /// <summary>model_index.json, scheduler_config.json and each config.json of a Stable Diffusion folder.</summary>
    public static FuzzTarget ModelFolder()
    {
        ValueOf sample = new("sample", TensorElement.Float32);
        return new FuzzTarget
        {
            Name = "model-json",
            What = "model_index.json, scheduler_config.json and config.json of a model folder",
            Seeds =
            [
                Text("model_index.json", """{ "_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.30", "vae": ["diffusers", "AutoencoderKL"], "safety_checker": [null, null], "requires_safety_checker": false }"""),
                Text("scheduler/scheduler_config.json", """{ "_class_name": "PNDMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000, "prediction_type": "v_prediction", "trained_betas": null, "rescale_betas_zero_snr": false }"""),
                Text("unet/config.json", """{ "in_channels": 4, "sample_size": 8, "cross_attention_dim": 8 }"""),
                Text("text_encoder/config.json", """{ "max_position_embeddings": 16, "vocab_size": 5, "hidden_size": 8 }"""),
                Text("vae_encoder/config.json", """{ "in_channels": 3, "latent_channels": 4, "scaling_factor": 0.18215, "sample_size": 64 }"""),
                Text("vae_decoder/config.json", """{ "latent_channels": 4, "out_channels": 3 }"""),
            ],
            Companions = new Dictionary<string, byte[]>
            {
                ["unet/model.onnx"] = SmallGraphs.Signature(
                    [sample.Of(null, 4, 8, 8), SmallGraphs.Value("timestep", TensorElement.Int64), SmallGraphs.Value("encoder_hidden_states", TensorElement.Float32, null, null, 8)],
                    [SmallGraphs.Value("out_sample", TensorElement.Float32, null, 4, 8, 8)]),
                ["text_encoder/model.onnx"] = SmallGraphs.Signature(
                    [SmallGraphs.Value("input_ids", TensorElement.Int64, null, 16)],
                    [SmallGraphs.Value("last_hidden_state", TensorElement.Float32, null, null, 8)],
                    Tensors.Floats("table", new float[40], 5, 8)),
                ["vae_encoder/model.onnx"] = SmallGraphs.Signature([sample.Of(null, 3, 64, 64)], [SmallGraphs.Value("latent_sample", TensorElement.Float32, null, 4, 8, 8)]),
                ["vae_decoder/model.onnx"] = SmallGraphs.Signature([SmallGraphs.Value("latent_sample", TensorElement.Float32, null, 4, 8, 8)], [sample.Of(null, 3, 64, 64)]),
            },
            Mutations = [TextMutations.Any],
            Parse = (folder, _) => Pipeline.Models.ModelFolder.Open(folder),
            Error = typeof(InvalidModelException),
            Allocation = new AllocationBound(400, 2 << 20),
        };
    }

    /// <summary>vocabulary.json: the captions that a small prior knows.</summary>
    public static FuzzTarget Vocabulary() => new()
    {
        Name = "vocabulary",
        What = "vocabulary.json: the objects and colours that captions are made of",
        Seeds =
        [
            new("vocabulary.json", File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "models", "toybox", "vocabulary.json"))),
            Text("vocabulary.json", """{ "objects": [ { "name": "ice cream cone", "colours": ["red"], "synonyms": ["cone"] } ], "colours": ["red", "blue"], "words": ["a", "of"] }"""),
        ],
        Mutations = [TextMutations.Any],
        Parse = (folder, file) =>
        {
            var vocabulary = PromptVocabulary.Read("fuzz", Path.Combine(folder, file));
            vocabulary.Describe("a red ice cream cone and a zebra");
            vocabulary.Captions("red");
        },
        Error = typeof(InvalidModelException),
        Allocation = new AllocationBound(1000, 1 << 20),
    };

    /// <summary>run.json, and lines of metrics.jsonl.</summary>
    public static FuzzTarget Run()
    {
        RunSummary summary = new()
        {
            Prompt = "a hamburger",
            Seed = 3,
            Status = RunStatus.Done,
            Step = 600,
            Iters = 600,
            Started = DateTimeOffset.UnixEpoch,
            Ended = DateTimeOffset.UnixEpoch.AddHours(1),
            Versions = new Dictionary<string, string> { ["dfk"] = "0.1.0" },
            Device = "CPU",
            Model = "toybox",
            ModelHashes = new Dictionary<string, string> { ["unet/model.onnx"] = "00" },
            Seconds = new Dictionary<string, double> { ["training"] = 12.5, ["total"] = double.NaN },
            Scores = new Dictionary<string, double> { ["clip_score"] = 0.3 },
        };
        return new FuzzTarget
        {
            Name = "run-json",
            What = "run.json and lines of metrics.jsonl",
            Seeds = [new("run.json", RunJson.Summary(summary))],
            Mutations = [TextMutations.Any],
            Parse = (folder, file) =>
            {
                // Of the lines that no metrics have, a few will do.
                foreach (string line in File.ReadLines(Path.Combine(folder, file)).Take(2))
                {
                    RunJson.StepOf(line);
                }

                RunJson.Read(Path.Combine(folder, file));
            },
            Error = typeof(DfkException),
            Allocation = new AllocationBound(1000, 1 << 20),
        };
    }

    private static FuzzSeed Text(string file, string text) => new(file, Encoding.UTF8.GetBytes(text));

    private sealed record ValueOf(string Name, TensorElement Element)
    {
        public Pipeline.Guidance.Onnx.Format.ValueInfoProto Of(params long?[] extents) => SmallGraphs.Value(Name, Element, extents);
    }
}
