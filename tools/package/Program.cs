using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace DreamFusion.Package;

/// <summary>
/// <c>dotnet run -c Release --project tools/package</c>: publishes the program for every platform and archives the folders.
/// </summary>
internal static class Program
{
    private const string Usage = """
        dotnet run -c Release --project tools/package -- [PLATFORM...] [--framework] [--out DIR]
        dotnet run -c Release --project tools/package -- --archive FOLDER PLATFORM [--framework]

        PLATFORM     linux-x64, win-x64, osx-arm64; all of them if none is named
        --framework  without .NET: smaller, needs .NET 10 where it runs (dotnet dfk.dll)
        --out DIR    default artifacts/package
        --archive    checks and archives a folder that dotnet publish has made
        """;

    private static int Main(string[] arguments)
    {
        try
        {
            return Run([.. arguments]);
        }
        catch (PackageException e)
        {
            Console.Error.WriteLine("package: " + e.Message);
            return 1;
        }
    }

    private static int Run(List<string> arguments)
    {
        if (arguments.Remove("--help"))
        {
            Console.WriteLine(Usage);
            return 0;
        }

        string repository = Repository();
        bool isSelfContained = !arguments.Remove("--framework");
        string output = Path.GetFullPath(Take(arguments, "--out") ?? Path.Combine(repository, "artifacts", "package"));
        string? folder = Take(arguments, "--archive");
        Platform[] platforms = arguments.Count > 0 ? [.. arguments.Select(Platform.Named)] : [.. Platform.All];
        Publisher publisher = new(repository, output, isSelfContained);
        if (folder is not null)
        {
            Report(folder, publisher.Archive(platforms is [{ } one] ? one : throw new PackageException("--archive: expected one platform.\n" + Usage), Path.GetFullPath(folder)));
            return 0;
        }

        Directory.CreateDirectory(output);
        List<string> failures = [];
        foreach (Platform platform in platforms)
        {
            try
            {
                string archive = publisher.Make(platform);
                Report(archive[..^platform.ArchiveExtension.Length], archive);
            }
            catch (PackageException e)
            {
                // The other platforms are worth having all the same.
                failures.Add(e.Message);
            }
        }

        return failures.Count == 0 ? 0 : throw new PackageException(string.Join("\n", failures));
    }

    private static void Report(string folder, string archive)
    {
        IReadOnlyList<string> files = PublishedFiles.In(folder);
        long size = files.Sum(file => new FileInfo(Path.Combine(folder, file)).Length);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{archive}  {new FileInfo(archive).Length / 1e6:F1} MB, unpacked {size / 1e6:F1} MB in {files.Count} files"));
    }

    private static string? Take(List<string> arguments, string option)
    {
        int at = arguments.IndexOf(option);
        if (at < 0)
        {
            return null;
        }

        if (at + 1 == arguments.Count)
        {
            throw new PackageException($"{option}: expected a folder.\n" + Usage);
        }

        string value = arguments[at + 1];
        arguments.RemoveRange(at, 2);
        return value;
    }

    // The nearest folder above that holds the solution: where it is started from, else where it was built.
    private static string Repository()
    {
        foreach (string start in (ReadOnlySpan<string>)[Environment.CurrentDirectory, AppContext.BaseDirectory])
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "DreamFusion.Kernels.sln")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new PackageException("expected to be run in the repository, got a folder outside of it.");
    }
}
