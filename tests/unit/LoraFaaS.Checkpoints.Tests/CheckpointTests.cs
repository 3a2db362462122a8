using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Checkpoints.Tests.Support;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Checkpoints.Tests;

public sealed class CheckpointTests
{
    [Fact]
    public void Opens_the_demo_backbone()
    {
        using var checkpoint = Checkpoint.Open(Repository.Backbone).ValueOrThrow();

        Assert.Equal((256, 6, 8, 4, 32), (checkpoint.Config.HiddenSize, checkpoint.Config.Layers, checkpoint.Config.Heads, checkpoint.Config.KvHeads, checkpoint.Config.HeadDim));
        Assert.Equal([2555], checkpoint.Config.EosTokenIds);
        Assert.Equal(512, checkpoint.Config.MaxPositions);
        Assert.True(checkpoint.Config.TieWordEmbeddings);
        Assert.NotNull(checkpoint.ReadText(CheckpointFiles.Tokenizer).ValueOrThrow());
        Assert.Null(checkpoint.ReadText(CheckpointFiles.ChatTemplate).ValueOrThrow());
    }

    [Fact]
    public void Opens_a_sharded_checkpoint_with_its_own_head_size()
    {
        using var checkpoint = Checkpoint.Open(Repository.Tiny("llama-sharded")).ValueOrThrow();

        Assert.Equal(24, checkpoint.Config.HeadDim);
        Assert.False(checkpoint.Config.TieWordEmbeddings);
        var head = checkpoint.Tensors.Tensors["lm_head.weight"];
        var last = checkpoint.Tensors.Tensors["model.norm.weight"];
        checkpoint.Tensors.Read(head, 0, new byte[head.ByteCount]);
        checkpoint.Tensors.Read(last, 0, new byte[last.ByteCount]);
    }

    [Fact]
    public void Opens_llama3_scaling_and_qwen2_biases()
    {
        using var llama = Checkpoint.Open(Repository.Tiny("llama3-rope")).ValueOrThrow();
        Assert.Equal(new RopeScaling.Llama3(8, 1, 4, 64), llama.Config.RopeScaling);
        Assert.Equal(500_000, llama.Config.RopeTheta);

        using var qwen = Checkpoint.Open(Repository.Tiny("qwen2-bias-tied")).ValueOrThrow();
        Assert.Equal((Architecture.Qwen2, true, false), (qwen.Config.Architecture, qwen.Config.QkvBias, qwen.Config.OutputBias));
    }

    [Fact]
    public void A_missing_or_misshapen_weight_is_named()
    {
        using var folder = new TempFolder();
        folder.Write("config.json", File.ReadAllBytes(Path.Combine(Repository.Tiny("llama3-rope"), "config.json")));
        folder.Write("model.safetensors", new SafetensorsBuilder().Add("model.embed_tokens.weight", 256, 64).Build());
        Assert.Equal("model.layers.0.input_layernorm.weight", Refusals.Of(Checkpoint.Open(folder.Path)).Field);

        folder.Write("model.safetensors", new SafetensorsBuilder().Add("model.embed_tokens.weight", 64, 256).Build());
        Assert.Contains("[64, 256]", Refusals.Of(Checkpoint.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_absent_folder_is_refused() => Refusals.Of(Checkpoint.Open("/no/such/folder"));

    [Fact]
    public async Task The_digest_depends_on_the_deciding_files_alone()
    {
        using var folder = new TempFolder();
        folder.Write("config.json", "{}"u8);
        folder.Write("model.safetensors", [1, 2, 3]);
        var first = (await CheckpointDigest.ComputeAsync(folder.Path, TestContext.Current.CancellationToken)).ValueOrThrow();

        folder.Write("README.md", "hello"u8);
        Assert.Equal(first, (await CheckpointDigest.ComputeAsync(folder.Path, TestContext.Current.CancellationToken)).ValueOrThrow());

        folder.Write("model.safetensors", [1, 2, 4]);
        Assert.NotEqual(first, (await CheckpointDigest.ComputeAsync(folder.Path, TestContext.Current.CancellationToken)).ValueOrThrow());
    }
}
