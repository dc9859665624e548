using System;
using System.IO;
using BenchmarkDotNet.Attributes;
using DreamFusion.Autodiff;
using DreamFusion.Fitting;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Bench.Fitting;

/// <summary>
/// Wall time of the fit that <c>FieldFitTests</c> checks, on two threads: tracing the pictures, every step, and the held-out views. Target: under two
/// minutes. Its PSNR goes to the log and its picture to <c>BenchmarkDotNet.Artifacts/field-fit.png</c>.
/// </summary>
[Config(typeof(FieldFitConfig))]
public class FieldFitBenchmarks
{
    private const string PicturePath = "BenchmarkDotNet.Artifacts/field-fit.png";

    private FitReport? _report;

    [Benchmark]
    public double FitAndEvaluate()
    {
        using DeviceContext device = DeviceContext.CreateCpu(threads: 2);
        _report = FitExperiment.Run(device, new FitOptions());
        return _report.MeanPsnr;
    }

    [GlobalCleanup]
    public void Publish()
    {
        Console.WriteLine(_report);
        Directory.CreateDirectory(Path.GetDirectoryName(PicturePath)!);
        WholeFile.Write(PicturePath, PngWriter.Write(PngImage.FromFloat(_report!.Picture())));
    }
}
