using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Reading;

/// <summary>What the user names: a single file (or the index of several) with all components, or a diffusers folder with a folder for each.</summary>
internal sealed class CheckpointFiles : IDisposable
{
    private const string DiffusersStem = "diffusion_pytorch_model";
    private const string TransformersStem = "model";

    // Full precision first, then half; a UNet that is not the moving average only if there is no other.
    private static readonly string[] _variants = ["", ".fp32", ".fp16", ".bf16", ".non_ema"];

    private readonly List<WeightFiles> _open = [];
    private readonly List<string> _notes = [];

    private CheckpointFiles(string path, bool isFolder)
    {
        FilePath = path;
        IsFolder = isFolder;
    }

    /// <summary>What was named.</summary>
    public string FilePath { get; }

    /// <summary>Whether it is a diffusers folder.</summary>
    public bool IsFolder { get; }

    /// <summary>Tensors with the UNet; those of a single file for all three.</summary>
    public WeightFiles UNet { get; private set; } = null!;

    /// <summary>Tensors with the VAE; null if the folder has none.</summary>
    public WeightFiles? Vae { get; private set; }

    /// <summary>Tensors with the text encoder; null if the folder has none.</summary>
    public WeightFiles? Text { get; private set; }

    /// <summary>Choices between several files, one line each.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Every set of tensors, each once.</summary>
    public IReadOnlyList<WeightFiles> All => _open;

    /// <summary>Opens it and checks every header.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: not there, damaged, or neither of the two.</exception>
    public static CheckpointFiles Open(string path)
    {
        CheckpointFiles checkpoint = new(path, Directory.Exists(path));
        try
        {
            if (checkpoint.IsFolder)
            {
                checkpoint.OpenFolder();
            }
            else
            {
                RequireFile(path);
                WeightFiles files = checkpoint.Keep(WeightFiles.Open(path));
                (checkpoint.UNet, checkpoint.Vae, checkpoint.Text) = (files, files, files);
            }

            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Path of a file as dfk-import.json and messages name it: relative to the folder, else the file's name.</summary>
    public string NameOf(string file) => (IsFolder ? Path.GetRelativePath(FilePath, file) : Path.GetFileName(file)).Replace('\\', '/');

    /// <inheritdoc/>
    public void Dispose() => _open.ForEach(files => files.Dispose());

    private static void RequireFile(string path)
    {
        if (string.IsNullOrWhiteSpace(path) || !File.Exists(path))
        {
            throw new InvalidModelException($"There is no checkpoint '{path}'. Name a .safetensors file, the .safetensors.index.json of several, or a diffusers folder.");
        }
    }

    private void OpenFolder()
    {
        string unet = Path.Combine(FilePath, "unet");
        if (!Directory.Exists(unet))
        {
            throw NoUNet();
        }

        UNet = Component("unet", DiffusersStem) ?? throw NoWeights(unet, DiffusersStem);
        Vae = Component("vae", DiffusersStem);
        Text = Component("text_encoder", TransformersStem);
    }

    // Other architectures have their denoiser elsewhere; their keys say which they are.
    private InvalidModelException NoUNet()
    {
        string[] denoisers = ["transformer", "prior", "decoder"];
        if (denoisers.Select(name => Component(name, DiffusersStem)).FirstOrDefault(files => files is not null) is { } other)
        {
            Keys.Refusals.Check(other);
        }

        return new InvalidModelException($"{FilePath} has no folder unet, expected a diffusers folder with unet, vae and text_encoder, or a .safetensors file. Name the folder that model_index.json lies in.");
    }

    private InvalidModelException NoWeights(string folder, string stem)
    {
        string problem = File.Exists(Path.Combine(folder, "model.onnx")) ? $"{FilePath} is a model folder already: train on it with --model {FilePath}."
            : Directory.EnumerateFiles(folder, "*.bin").Any() ? $"{folder} holds its weights in pickle (PyTorch) files, which can run code when opened and are not read. Convert them to safetensors, or download the .safetensors files."
            : $"{folder} has no {stem}.safetensors. Download the folder again.";
        return new InvalidModelException(problem);
    }

    private WeightFiles? Component(string name, string stem)
    {
        string folder = Path.Combine(FilePath, name);
        if (!Directory.Exists(folder))
        {
            return null;
        }

        string[] found =
        [
            .. _variants.SelectMany(variant => (string[])[$"{stem}{variant}.safetensors", $"{stem}.safetensors.index{variant}.json", $"{stem}{variant}.safetensors.index.json"])
                .Distinct().Where(file => File.Exists(Path.Combine(folder, file))),
        ];
        if (found.Length == 0)
        {
            return File.Exists(Path.Combine(folder, "config.json")) || Directory.EnumerateFiles(folder, "*.bin").Any() ? throw NoWeights(folder, stem) : null;
        }

        if (found.Length > 1)
        {
            _notes.Add($"{name}: {found[0]} was taken, not {string.Join(", ", found[1..])}.");
        }

        return Keep(WeightFiles.Open(Path.Combine(folder, found[0])));
    }

    private WeightFiles Keep(WeightFiles files)
    {
        _open.Add(files);
        return files;
    }
}
