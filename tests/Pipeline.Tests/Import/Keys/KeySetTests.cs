using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Keys;
using DreamFusion.RandomCheckpoints;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import.Keys;

/// <summary>The key sets of Stable Diffusion 1.x and 2.x against lists that other programs made; origins in tests/Golden/README.md.</summary>
public sealed class KeySetTests
{
    private static readonly StableDiffusionArchitecture _one = StableDiffusionArchitecture.StableDiffusion1;
    private static readonly StableDiffusionArchitecture _two = StableDiffusionArchitecture.StableDiffusion2;

    private static readonly string[] _sets = ["unet 1", "unet 2", "vae", "text 1", "text 2"];

    public static TheoryData<string> Sets => [.. _sets];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Names_and_shapes_are_the_published_ones(string set)
    {
        (IReadOnlyDictionary<string, long[]> shapes, KeyLayout ldm) = Find(set);
        JsonElement diffusers = Golden(set + " diffusers"), single = Golden(set + " ldm");
        Assert.Equal(diffusers.GetProperty("tensors").GetInt32(), shapes.Count);
        Assert.Equal(diffusers.GetProperty("parameters").GetInt64(), shapes.Values.Sum(shape => shape.Aggregate(1L, (product, n) => product * n)));
        Assert.Equal(diffusers.GetProperty("names").GetString(), Hash(shapes.Keys));
        Assert.Equal(diffusers.GetProperty("shapes").GetString(), Hash(shapes.Select(entry => $"{entry.Key} {string.Join(',', entry.Value)}")));
        string[] keys = [.. shapes.Keys.Select(name => ldm.Of(name).Key).Distinct()];
        Assert.Equal(single.GetProperty("tensors").GetInt32(), keys.Length);
        Assert.Equal(single.GetProperty("names").GetString(), Hash(keys));
    }

    [Theory]
    [InlineData("model.diffusion_model.", 686, "a635fa777e57c17aa014b0cb53066680fbcafb6c4c219fe796c8b5415a059dcd")]
    [InlineData("first_stage_model.", 248, "21416c5ccb2f84d7fd9e0d9d7f17876a0830a060538dd437ab040334b64d5f60")]
    [InlineData("cond_stage_model.", 196, "24b784cf2ebc807b77ad3282980c7028efdd42b22611c215ced4310dd1d8e434")]
    public void Single_file_keys_of_1_are_those_of_two_public_converters(string prefix, int count, string hash)
    {
        string[] keys =
        [
            .. ParameterShapes.UNet(_one.UNet).Keys.Select(KeyLayout.UNet(_one.UNet)[0].Of).Select(place => place.Key),
            .. ParameterShapes.Vae(_one.Vae).Keys.Select(KeyLayout.Vae(_one.Vae)[0].Of).Select(place => place.Key),
            .. ParameterShapes.Text(_one.Text).Keys.Select(KeyLayout.Text[0].Of).Select(place => place.Key),
        ];
        string[] own = [.. keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))];
        Assert.Equal(count, own.Length);
        Assert.Equal(hash, Hash(own));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_pair_of_names_is_the_one_that_building_the_network_gives(int version)
    {
        StableDiffusionArchitecture architecture = version == 1 ? _one : _two;
        foreach (Weight weight in NetworkWeights.Of(architecture))
        {
            string name = weight.Component switch
            {
                "unet" => UNetKeys.Ldm(weight.Diffusers, architecture.UNet),
                "vae" => VaeKeys.Ldm(weight.Diffusers, architecture.Vae),
                _ => version == 1 ? weight.Diffusers : TextKeys.OpenClip(weight.Diffusers).Key,
            };
            Assert.Equal(weight.Ldm, name);
        }
    }

    [Fact]
    public void Names_go_to_diffusers_and_back_without_loss()
    {
        foreach ((IReadOnlyDictionary<string, long[]> shapes, KeyLayout layout) in _sets.Select(Find))
        {
            Dictionary<KeyPart, string> back = shapes.Keys.ToDictionary(layout.Of);
            Assert.Equal(shapes.Count, back.Count);
            Assert.All(back, pair => Assert.Equal(pair.Key, layout.Of(pair.Value)));
        }
    }

    [Fact]
    public void Names_of_the_moving_average_stay_distinct_without_their_dots()
    {
        string[] names = [.. ParameterShapes.UNet(_one.UNet).Keys.Select(name => UNetKeys.Average(name, _one.UNet))];
        Assert.Equal(686, names.Distinct().Count());
        Assert.Contains("model_ema.diffusion_modelinput_blocks11transformer_blocks0attn1to_qweight", names);
        Assert.DoesNotContain(names, name => name["model_ema.".Length..].Contains('.', StringComparison.Ordinal));
    }

    [Fact]
    public void Thirds_come_in_the_order_of_queries_keys_and_values()
    {
        Assert.Equal(new KeyPart("transformer.resblocks.7.attn.in_proj_weight", 0, 3), TextKeys.OpenClip("text_model.encoder.layers.7.self_attn.q_proj.weight"));
        Assert.Equal(new KeyPart("transformer.resblocks.7.attn.in_proj_weight", 1, 3), TextKeys.OpenClip("text_model.encoder.layers.7.self_attn.k_proj.weight"));
        Assert.Equal(new KeyPart("transformer.resblocks.7.attn.in_proj_bias", 2, 3), TextKeys.OpenClip("text_model.encoder.layers.7.self_attn.v_proj.bias"));
    }

    private static (IReadOnlyDictionary<string, long[]> Shapes, KeyLayout Ldm) Find(string set) => set switch
    {
        "unet 1" => (ParameterShapes.UNet(_one.UNet), KeyLayout.UNet(_one.UNet)[0]),
        "unet 2" => (ParameterShapes.UNet(_two.UNet), KeyLayout.UNet(_two.UNet)[0]),
        "vae" => (ParameterShapes.Vae(_one.Vae), KeyLayout.Vae(_one.Vae)[0]),
        "text 1" => (ParameterShapes.Text(_one.Text), KeyLayout.Text[0]),
        _ => (ParameterShapes.Text(_two.Text), KeyLayout.Text.First(layout => layout.Prefix == "cond_stage_model.model.")),
    };

    private static JsonElement Golden(string set)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "import_keys.json")));
        return json.RootElement.GetProperty(set).Clone();
    }

    private static string Hash(IEnumerable<string> lines) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines.Order(StringComparer.Ordinal)))));
}
