using System;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Tests;

/// <summary>The embedded prior, opened once for all tests.</summary>
internal static class Toybox
{
    private static readonly Lazy<ModelFolder> _model = new(() => ModelFolder.Open(ModelLocator.Locate(ModelLocator.Toybox)));

    public static ModelFolder Model => _model.Value;
}
