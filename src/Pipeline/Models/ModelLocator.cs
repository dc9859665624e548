using System;
using System.IO;
using System.Linq;

namespace DreamFusion.Pipeline.Models;

/// <summary>Turns what the user names with <c>--model</c> into a folder: a path, or <c>toybox</c> for the embedded prior.</summary>
public static class ModelLocator
{
    /// <summary>Name of the embedded prior.</summary>
    public const string Toybox = "toybox";

    /// <summary>Folder of the embedded prior beside the program, whether or not it exists.</summary>
    public static string ToyboxFolder => Path.Combine(AppContext.BaseDirectory, "models", Toybox);

    /// <summary>Whether a name means the embedded prior.</summary>
    /// <param name="model">Name or path given by the user.</param>
    /// <returns>True for <c>toybox</c>, in any case.</returns>
    public static bool IsToybox(string model) => string.Equals(model, Toybox, StringComparison.OrdinalIgnoreCase);

    /// <summary>The folder of a model; <c>toybox</c> is the one beside the program.</summary>
    /// <param name="model">Name or path given by the user.</param>
    /// <returns>Full path of an existing folder.</returns>
    /// <exception cref="InvalidModelException">The folder does not exist, or a file was named.</exception>
    public static string Locate(string model)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        if (IsToybox(model))
        {
            return Directory.Exists(ToyboxFolder)
                ? ToyboxFolder
                : throw new InvalidModelException(
                    $"The embedded prior is missing: expected it in {ToyboxFolder}. Build or unpack dfk again; its models folder belongs next to the program.");
        }

        string path = Path.GetFullPath(model);
        if (Directory.Exists(path))
        {
            return !IsDiffusersFolder(path) ? path : throw new InvalidModelException(
                $"{path} is a diffusers folder with safetensors weights, but a model is a folder in the diffusers ONNX layout. Make one of it: dfk models import {model} --out DIR.");
        }

        throw new InvalidModelException(File.Exists(path)
            ? $"{path} is a file, but a model is a folder in the diffusers ONNX layout (model_index.json, unet/model.onnx, ...). Name the folder, or make one of a checkpoint: dfk models import {model} --out DIR."
            : $"There is no model folder {path}. Name an existing folder in the diffusers ONNX layout, or 'toybox' for the embedded prior.");
    }

    private static bool IsDiffusersFolder(string path)
    {
        string unet = Path.Combine(path, "unet");
        return Directory.Exists(unet) && !File.Exists(Path.Combine(unet, "model.onnx")) && Directory.EnumerateFiles(unet, "*.safetensors*").Any();
    }
}
