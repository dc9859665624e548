using System;
using System.Collections.Generic;
using System.Formats.Tar;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using DreamFusion.Package;
using Xunit;

namespace DreamFusion.Cli.Tests;

/// <summary>What <c>tools/package</c> makes of a published folder; the publish itself is tried by <c>.ci/check-package</c>.</summary>
public sealed class PackageTests
{
    private static readonly DateTimeOffset _time = new(2026, 11, 21, 12, 0, 2, TimeSpan.Zero);
    private static readonly HashSet<string> _executables = ["dfk"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_same_files_give_the_same_archive(bool isZip)
    {
        using TemporaryFolder first = new(), second = new();
        string[] names = ["dfk", "a.dll", "B.dll", "models/toybox/unet/model.onnx"];
        foreach ((TemporaryFolder folder, IEnumerable<string> order) in (ReadOnlySpan<(TemporaryFolder, IEnumerable<string>)>)[(first, names), (second, names.Reverse())])
        {
            foreach (string name in order)
            {
                string path = Path.Combine(folder.Path, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, string.Concat(Enumerable.Repeat(name, 1000)));
            }
        }

        File.SetLastWriteTimeUtc(Path.Combine(second.Path, "dfk"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(second.Path, "a.dll"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        byte[] archive = Archive(first.Path, isZip);
        Assert.Equal(archive, Archive(second.Path, isZip));
        Assert.Equal(["root/B.dll", "root/a.dll", "root/dfk", "root/models/toybox/unet/model.onnx"], isZip ? ReadZip(archive) : ReadTar(archive));
    }

    [Fact]
    public void A_folder_is_refused_for_what_it_lacks_and_for_what_it_should_not_have()
    {
        using TemporaryFolder folder = new();
        var linux = Platform.Named("linux-x64");
        foreach (string name in (string[])["dfk.dll", "dfk", "libonnxruntime.so", "libcoreclr.so", "models/toybox/model_index.json", "models/toybox/unet/model.onnx", "models/toybox/vocabulary.json", "licenses/clip-vocabulary/LICENSE.txt"])
        {
            string path = Path.Combine(folder.Path, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, name);
        }

        IReadOnlyList<string> Defects(bool isSelfContained = true) => linux.Defects(folder.Path, isSelfContained, ["/somebody/sources"]);
        Assert.Empty(Defects());
        File.WriteAllText(Path.Combine(folder.Path, "dfk.pdb"), "BSJB and line numbers");
        Assert.Empty(Defects());
        File.WriteAllText(Path.Combine(folder.Path, "onnxruntime.pdb"), "Microsoft C/C++ MSF 7.00");
        Assert.Equal(["onnxruntime.pdb holds native debug symbols"], Defects());
        File.Delete(Path.Combine(folder.Path, "onnxruntime.pdb"));
        foreach (Encoding encoding in (Encoding[])[Encoding.UTF8, Encoding.Unicode])
        {
            File.WriteAllText(Path.Combine(folder.Path, "dfk.dll"), "x/somebody/sources/src", encoding);
            Assert.Equal(["dfk.dll holds the text '/somebody/sources'"], Defects());
        }

        File.WriteAllText(Path.Combine(folder.Path, "dfk.dll"), "");
        File.WriteAllText(Path.Combine(folder.Path, "onnxruntime.dll"), "");
        Assert.Equal(["onnxruntime.dll is win-x64's"], Defects());
        File.Delete(Path.Combine(folder.Path, "onnxruntime.dll"));
        File.Delete(Path.Combine(folder.Path, "libonnxruntime.so"));
        File.Delete(Path.Combine(folder.Path, "libcoreclr.so"));
        Assert.Equal(["libonnxruntime.so is missing", "libcoreclr.so is missing"], Defects());
        Assert.Equal(["libonnxruntime.so is missing"], Defects(isSelfContained: false));
        Assert.Throws<PackageException>(() => Platform.Named("plan9"));
    }

    private static byte[] Archive(string folder, bool isZip)
    {
        using MemoryStream output = new();
        if (isZip)
        {
            ReproducibleArchive.WriteZip(output, folder, "root", _executables, _time);
        }
        else
        {
            ReproducibleArchive.WriteTarGz(output, folder, "root", _executables, _time);
        }

        return output.ToArray();
    }

    private static List<string> ReadTar(byte[] archive)
    {
        using GZipStream data = new(new MemoryStream(archive), CompressionMode.Decompress);
        using TarReader tar = new(data);
        List<string> names = [];
        while (tar.GetNextEntry() is { } entry)
        {
            names.Add(entry.Name);
            Assert.Equal((0, 0, _time), (entry.Uid, entry.Gid, entry.ModificationTime));
            Assert.Equal(entry.Name == "root/dfk", entry.Mode.HasFlag(UnixFileMode.OtherExecute));
            using StreamReader text = new(entry.DataStream!);
            Assert.Equal(string.Concat(Enumerable.Repeat(entry.Name[5..], 1000)), text.ReadToEnd());
        }

        return names;
    }

    private static List<string> ReadZip(byte[] archive)
    {
        using ZipArchive zip = new(new MemoryStream(archive), ZipArchiveMode.Read);
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            Assert.Equal(_time.DateTime, entry.LastWriteTime.DateTime);
            Assert.Equal(entry.FullName == "root/dfk", ((entry.ExternalAttributes >> 16) & 1) == 1);
            using StreamReader text = new(entry.Open());
            Assert.Equal(string.Concat(Enumerable.Repeat(entry.FullName[5..], 1000)), text.ReadToEnd());
        }

        return [.. zip.Entries.Select(entry => entry.FullName)];
    }
}
