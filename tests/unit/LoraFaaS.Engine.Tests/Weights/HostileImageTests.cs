using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using LoraFaaS.Checkpoints;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Tests.TestData;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Tests.Weights;

/// <summary>A sandbox opens what it is handed: whatever a manifest claims, nothing outside the image may ever be read.</summary>
public sealed class HostileImageTests
{
    [Theory]
    [InlineData("$.tensors[3].offset", "1")]
    [InlineData("$.tensors[3].offset", "-64")]
    [InlineData("$.tensors[3].offset", "9223372036854775744")]
    [InlineData("$.tensors[3].offset", "104857600")]
    [InlineData("$.tensors[3].rows", "1073741824")]
    [InlineData("$.tensors[3].rows", "-16")]
    [InlineData("$.tensors[3].columns", "2147483647")]
    [InlineData("$.tensors[3].layout", "\"Rows\"")]
    [InlineData("$.tensors[3].dtype", "77")]
    [InlineData("$.tensors[3].name", "\"nobody\"")]
    [InlineData("$.tensors[3].name", "null")]
    [InlineData("$.tensors[3]", "null")]
    [InlineData("$.tensors", "[]")]
    [InlineData("$.tensors", "null")]
    [InlineData("$.shape", "null")]
    [InlineData("$.shape.hidden", "0")]
    [InlineData("$.shape.hidden", "2147483647")]
    [InlineData("$.shape.layers", "1000000")]
    [InlineData("$.shape.kvHeads", "3")]
    [InlineData("$.shape.headDim", "31")]
    [InlineData("$.shape.vocabulary", "4000000")]
    [InlineData("$.shape.ropeTheta", "0")]
    public void A_backbone_manifest_that_lies_is_refused(string path, string value)
    {
        var (content, manifest) = Backbone();
        Replace(manifest, path, value);

        Assert.Throws<InvalidImageException>(() => Open(content, Encoding.UTF8.GetBytes(manifest.ToJsonString())));
    }

    [Fact]
    public void A_segment_in_another_layout_is_refused_by_name()
    {
        using var bytes = PackDemo();
        var header = MemoryMarshal.Read<ImageHeader>(bytes.Span);
        MemoryMarshal.Write(bytes.Span, header with { Layout = PanelLayout.Number + 1 });

        var refusal = Assert.Throws<InvalidImageException>(() => BackboneImage.Open(bytes.Address, bytes.Length));
        Assert.Contains("layout 2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_manifest_unchanged_is_accepted()
    {
        var (content, manifest) = Backbone();

        Assert.Equal(256, Open(content, Encoding.UTF8.GetBytes(manifest.ToJsonString())));
    }

    [Fact]
    public void A_manifest_with_random_bytes_changed_is_refused_or_harmless()
    {
        var (content, manifest) = Backbone();
        var json = Encoding.UTF8.GetBytes(manifest.ToJsonString());
        var random = new Random(5);
        for (var round = 0; round < 400; round++)
        {
            var bent = (byte[])json.Clone();
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                bent[random.Next(bent.Length)] = (byte)random.Next(256);
            }

            try
            {
                Open(content, bent);
            }
            catch (InvalidImageException)
            {
                // Refused, which is one of the two good ends; the other is that the change did not matter.
            }
        }
    }

    [Theory]
    [InlineData(0, 0L)]
    [InlineData(8, 2L)]
    [InlineData(16, long.MaxValue)]
    [InlineData(16, -1L)]
    [InlineData(24, long.MaxValue)]
    [InlineData(24, -8L)]
    [InlineData(32, long.MaxValue)]
    [InlineData(32, -1L)]
    [InlineData(40, 1L << 40)]
    [InlineData(48, long.MaxValue)]
    public void A_header_that_lies_is_refused(int offset, long value)
    {
        using var bytes = PackDemo();
        MemoryMarshal.Write(bytes.Span[offset..], value);

        Assert.Throws<InvalidImageException>(() => BackboneImage.Open(bytes.Address, bytes.Length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(1 << 20)]
    public void A_cut_image_is_refused(int length)
    {
        using var bytes = PackDemo();

        Assert.Throws<InvalidImageException>(() => BackboneImage.Open(bytes.Address, length));
    }

    [Theory]
    [InlineData("stackOffset", "1000000000")]
    [InlineData("stackOffset", "-64")]
    [InlineData("stackOffset", "3")]
    [InlineData("stackRows", "1000000")]
    [InlineData("inputColumns", "2147483646")]
    [InlineData("inputColumns", "255")]
    [InlineData("layer", "-1")]
    [InlineData("site", "9")]
    [InlineData("modules", "[]")]
    [InlineData("modules", "[null]")]
    [InlineData("modules[0].rank", "2147483647")]
    [InlineData("modules[0].rank", "0")]
    [InlineData("modules[0].stackRow", "2147483640")]
    [InlineData("modules[0].outputRows", "16777217")]
    [InlineData("modules[0].offset", "9223372036854775744")]
    [InlineData("modules[0].scale", "\"NaN\"")]
    [InlineData("modules[0].module", "\"Down\"")]
    public void An_adapter_manifest_that_lies_is_refused(string path, string value)
    {
        var manifest = JsonNode.Parse("""
            { "sites": [ { "layer": 0, "site": "AttentionInput", "dtype": "BF16", "stackRows": 8, "inputColumns": 256, "stackOffset": 0,
              "modules": [ { "module": "Query", "rank": 8, "scale": 2.0, "stackRow": 0, "outputRows": 256, "offset": 8192 } ] } ] }
            """)!;
        Assert.Equal(1, OpenAdapter(manifest));

        Replace(manifest, "$.sites[0]." + path, value);
        Assert.Throws<InvalidImageException>(() => OpenAdapter(manifest));
    }

    private static int OpenAdapter(JsonNode manifest)
    {
        var json = Encoding.UTF8.GetBytes(manifest.ToJsonString());
        const int Content = 8192 + 4096;
        var start = (ImageHeader.Bytes + json.Length + 63) / 64 * 64;
        using var bytes = new NativeBytes(start + Content);
        json.CopyTo(bytes.Span[ImageHeader.Bytes..]);
        MemoryMarshal.Write(bytes.Span, new ImageHeader(
            ImageHeader.AdapterMagic, ImageHeader.CurrentVersion, PanelLayout.Number, start + Content, ImageHeader.Bytes, json.Length, start, Content));
        return AdapterImage.Open(bytes.Address, bytes.Length).Manifest.Sites.Count;
    }

    /// <summary>Content bytes and manifest of the demo's image.</summary>
    private static (long Content, JsonNode Manifest) Backbone()
    {
        using var bytes = PackDemo();
        var header = MemoryMarshal.Read<ImageHeader>(bytes.Span);
        return (header.ManifestOffset, JsonNode.Parse(bytes.Span.Slice((int)header.ManifestOffset, (int)header.ManifestBytes))!);
    }

    /// <summary>An image of that content length (all zero) and manifest.</summary>
    private static int Open(long content, byte[] manifest)
    {
        using var bytes = new NativeBytes(content + manifest.Length);
        manifest.CopyTo(bytes.Span[(int)content..]);
        MemoryMarshal.Write(bytes.Span, new ImageHeader(
            ImageHeader.BackboneMagic, ImageHeader.CurrentVersion, PanelLayout.Number, bytes.Length, content, manifest.Length, ImageHeader.Bytes, content - ImageHeader.Bytes));
        return BackboneImage.Open(bytes.Address, bytes.Length).Shape.Hidden;
    }

    private static NativeBytes PackDemo()
    {
        using var checkpoint = Checkpoint.Open(GoldenFiles.DemoBackbone).ValueOrThrow();
        var bytes = new NativeBytes(BackbonePacker.Measure(checkpoint));
        BackbonePacker.Pack(checkpoint, bytes.Address, bytes.Length, PackPrecision.Exact, null, CancellationToken.None);
        return bytes;
    }

    private static void Replace(JsonNode root, string path, string value)
    {
        var node = root;
        var parts = path[2..].Split('.').SelectMany(p => p.Split('[')).Select(p => p.TrimEnd(']')).ToArray();
        foreach (var part in parts[..^1])
        {
            node = node is JsonArray array ? array[int.Parse(part)]! : node[part]!;
        }

        if (node is JsonArray last)
        {
            last[int.Parse(parts[^1])] = JsonNode.Parse(value);
        }
        else
        {
            node[parts[^1]] = JsonNode.Parse(value);
        }
    }
}
