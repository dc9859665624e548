using System;
using System.IO;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using Google.Protobuf;

namespace DreamFusion.Pipeline.Tests.Models;

/// <summary>A copy of the embedded prior that a test may damage.</summary>
internal sealed class ToyboxCopy : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public ToyboxCopy()
    {
        string source = ModelLocator.ToyboxFolder;
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string target = System.IO.Path.Combine(Path, System.IO.Path.GetRelativePath(source, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public string Path => System.IO.Path.Combine(_temporary.Path, "model");

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    /// <summary>Replaces a text in a file that must contain it.</summary>
    public void Replace(string relative, string old, string with)
    {
        string text = File.ReadAllText(this[relative]);
        if (!text.Contains(old, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"{relative} does not contain '{old}'.");
        }

        File.WriteAllText(this[relative], text.Replace(old, with, StringComparison.Ordinal));
    }

    /// <summary>Rewrites a graph.</summary>
    public void Edit(string relative, Action<ModelProto> edit)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(this[relative]));
        edit(model);
        File.WriteAllBytes(this[relative], model.ToByteArray());
    }

    public void Dispose() => _temporary.Dispose();
}
