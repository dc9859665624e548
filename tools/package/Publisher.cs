using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace DreamFusion.Package;

/// <summary>Publishes the program for a platform, checks the folder and archives it.</summary>
/// <param name="Repository">The repository's folder.</param>
/// <param name="Output">Where folders and archives go.</param>
/// <param name="IsSelfContained">Whether .NET goes with the program.</param>
public sealed partial record Publisher(string Repository, string Output, bool IsSelfContained)
{
    /// <summary>Makes folder and archive of a platform.</summary>
    /// <returns>The archive.</returns>
    /// <exception cref="PackageException">If the publish fails, or its folder is not what it should be.</exception>
    public string Make(Platform platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        string name = Name(platform), folder = Path.Combine(Output, name);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Publish(platform, folder);
        return Archive(platform, folder);
    }

    /// <summary>Checks a published folder and archives it beside itself, under its own name.</summary>
    /// <returns>The archive.</returns>
    /// <exception cref="PackageException">If the folder is not what it should be.</exception>
    public string Archive(Platform platform, string folder)
    {
        ArgumentNullException.ThrowIfNull(platform);
        ArgumentNullException.ThrowIfNull(folder);
        IReadOnlyList<string> defects = platform.Defects(folder, IsSelfContained, [Path.TrimEndingDirectorySeparator(Repository)]);
        if (defects.Count > 0)
        {
            throw new PackageException($"{folder} is not fit for {platform.RuntimeIdentifier}:\n  {string.Join("\n  ", defects)}");
        }

        string root = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), archive = Path.TrimEndingDirectorySeparator(folder) + platform.ArchiveExtension;
        HashSet<string> executables = [platform.Program, "createdump"];
        using (FileStream file = new(archive + ".tmp", FileMode.Create))
        {
            if (platform.IsZip)
            {
                ReproducibleArchive.WriteZip(file, folder, root, executables, Time());
            }
            else
            {
                ReproducibleArchive.WriteTarGz(file, folder, root, executables, Time());
            }
        }

        File.Move(archive + ".tmp", archive, overwrite: true);
        return archive;
    }

    private string Name(Platform platform) => $"dfk-{Version()}-{platform.RuntimeIdentifier}{(IsSelfContained ? "" : "-framework")}";

    // CI=true is what makes the compiler leave out the paths of the repository; a folder of its own in it leaves the usual build alone.
    private void Publish(Platform platform, string folder)
    {
        List<string> arguments =
        [
            "publish", Path.Combine(Repository, "src", "Cli", "Cli.csproj"), "-c", "Release", "-r", platform.RuntimeIdentifier, "-o", folder,
            IsSelfContained ? "--self-contained" : "--no-self-contained", "-p:CI=true", "-v", "quiet", "-nologo",
            "-p:ArtifactsPath=" + Path.Combine(Repository, "artifacts", "package", "build"),
        ];
        if (!IsSelfContained)
        {
            // Without .NET in the folder `dotnet dfk.dll` starts it anywhere, and no other platform's launcher is needed.
            arguments.Add("-p:UseAppHost=false");
        }

        string output = Run("dotnet", arguments, out int code);
        if (code != 0)
        {
            string[] absent = [.. MissingPackage().Matches(output).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal)];
            throw new PackageException(absent.Length > 0 && IsSelfContained
                ? $"{platform.RuntimeIdentifier}: this machine's package source does not have {string.Join(", ", absent)}. Take another source, or add --framework: the folder then needs .NET 10 where it runs."
                : $"dotnet publish for {platform.RuntimeIdentifier} failed:\n{output.Trim()}");
        }
    }

    private string Version() =>
        Run("dotnet", ["msbuild", Path.Combine(Repository, "src", "Cli", "Cli.csproj"), "-getProperty:Version"], out int code).Trim() is { Length: > 0 } version && code == 0
            ? version
            : throw new PackageException("dotnet msbuild does not tell the program's version.");

    // SOURCE_DATE_EPOCH as in reproducible-builds.org, else the time of the commit; a copy without a history gets the zip format's first day.
    private DateTimeOffset Time()
    {
        string given = Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH") is { Length: > 0 } epoch
            ? epoch
            : Run("git", ["-C", Repository, "log", "-1", "--format=%ct"], out _).Trim();
        return long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }

    [GeneratedRegex(@"NU1101: .*? package ([A-Za-z0-9.-]+)\. ")]
    private static partial Regex MissingPackage();

    private static string Run(string program, IReadOnlyList<string> arguments, out int code)
    {
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        arguments.ToList().ForEach(start.ArgumentList.Add);
        // A build server would keep the pipes open after the build.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        try
        {
            using Process process = Process.Start(start) ?? throw new PackageException($"{program} does not start.");
            System.Threading.Tasks.Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            code = process.ExitCode;
            return code == 0 ? output : output + errors.Result;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            code = -1;
            return $"{program}: {e.Message}";
        }
    }
}
