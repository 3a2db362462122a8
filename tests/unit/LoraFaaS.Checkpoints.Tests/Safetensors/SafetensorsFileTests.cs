using LoraFaaS.Checkpoints.Safetensors;
using LoraFaaS.Checkpoints.Tests.Support;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Checkpoints.Tests.Safetensors;

public sealed class SafetensorsFileTests
{
    [Fact]
    public void Reading_and_mapping_give_the_same_bytes()
    {
        using var file = SafetensorsFile.Open(Path.Combine(Repository.Backbone, "model.safetensors")).ValueOrThrow();
        var tensor = file.Tensors["model.layers.3.mlp.down_proj.weight"];
        var read = new byte[tensor.ByteCount];
        file.Read(tensor, 0, read);

        Assert.True(file.Map(tensor).SequenceEqual(read));

        var tail = new byte[10];
        file.Read(tensor, tensor.ByteCount - 10, tail);
        Assert.Equal(read[^10..], tail);
    }

    [Fact]
    public void A_range_outside_the_tensor_is_an_error_of_the_caller()
    {
        using var file = SafetensorsFile.Open(Path.Combine(Repository.Backbone, "model.safetensors")).ValueOrThrow();
        var tensor = file.Tensors["model.norm.weight"];

        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(tensor, tensor.ByteCount - 1, new byte[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(tensor, -1, new byte[2]));
    }

    [Fact]
    public void A_file_cut_short_under_the_reader_is_an_exception_and_not_a_crash()
    {
        using var folder = new TempFolder();
        var path = folder.Write("x.safetensors", new SafetensorsBuilder().Add("a", 1000).Build());
        using var file = SafetensorsFile.Open(path).ValueOrThrow();
        using (var cut = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            cut.SetLength(100);
        }

        Assert.Throws<EndOfStreamException>(() => file.Read(file.Tensors["a"], 0, new byte[4000]));
    }

    [Fact]
    public void A_missing_or_empty_file_is_refused_by_name()
    {
        using var folder = new TempFolder();
        Assert.Equal("none.safetensors", Refusals.Of(SafetensorsFile.Open(Path.Combine(folder.Path, "none.safetensors"))).Field);
        Refusals.Of(SafetensorsFile.Open(folder.Write("empty.safetensors", [])));
    }

    [Theory]
    [InlineData("../secret.safetensors")]
    [InlineData("/etc/x.safetensors")]
    [InlineData("a/b.safetensors")]
    [InlineData("a\\b.safetensors")]
    [InlineData(".hidden.safetensors")]
    [InlineData("config.json")]
    public void An_index_may_not_lead_out_of_its_folder(string shard)
    {
        using var folder = new TempFolder();
        folder.Write(ShardedTensors.IndexFile, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            new { weight_map = new Dictionary<string, string> { ["w"] = shard } }));

        Assert.Equal("weight_map.w", Refusals.Of(ShardedTensors.Open(folder.Path)).Field);
    }

    [Fact]
    public void An_index_that_promises_what_a_shard_lacks_is_refused()
    {
        using var folder = new TempFolder();
        folder.Write("s.safetensors", new SafetensorsBuilder().Add("a", 2).Build());
        folder.Write(ShardedTensors.IndexFile, """{"weight_map":{"a":"s.safetensors","b":"s.safetensors"}}"""u8);

        Assert.Equal("weight_map.b", Refusals.Of(ShardedTensors.Open(folder.Path)).Field);
    }
}
