using System;
using System.IO;

namespace DreamFusion.Fuzz;

/// <summary>A folder that goes when it is disposed, in memory where the system has such a place: a million files are written to it.</summary>
internal sealed class Scratch : IDisposable
{
    private const string InMemory = "/dev/shm";

    /// <summary>Makes the folder.</summary>
    public Scratch()
    {
        string parent = Directory.Exists(InMemory) ? InMemory : System.IO.Path.GetTempPath();
        Path = Directory.CreateDirectory(System.IO.Path.Combine(parent, "dfk-fuzz-" + Guid.NewGuid().ToString("N"))).FullName;
    }

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
