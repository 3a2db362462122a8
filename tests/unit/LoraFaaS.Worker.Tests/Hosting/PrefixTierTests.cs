using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Control;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>Keys and values of prompt prefixes, from pages to the host's memory and back.</summary>
public sealed class PrefixTierTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_prefix_outlives_its_sandbox_however_that_ends_and_the_answer_is_the_same(bool isKilled)
    {
        await using var world = await DemoWorld.StartAsync();
        var plain = await world.Worker.GenerateAsync(PrefixWorld.Ask(world, "elsewhere"), Token);
        await PrefixWorld.PrepareAsync(world);
        var first = world.Worker.SandboxOf("openfaas-fn");
        var kept = Assert.Single(first.Prefixes);

        await PrefixWorld.EndAsync(world, first, isKilled);
        var answer = await world.Worker.GenerateAsync(PrefixWorld.Ask(world), Token);

        Assert.NotEqual(first.Id, world.Worker.SandboxOf("openfaas-fn").Id);
        Assert.Equal(kept.Tokens, answer.Finished!.CachedPromptTokens);
        Assert.True(answer.Finished.ColdStart is { PrefixCached: true, PrefixMs: > 0 });
        Assert.Equal((plain.Text, 0), (answer.Text, plain.Finished!.CachedPromptTokens));
        Assert.Equal(kept, Assert.Single(world.Worker.SandboxOf("openfaas-fn").Prefixes));
    }

    [Fact]
    public async Task It_comes_back_after_it_has_left_the_pages_with_its_adapter()
    {
        await using var world = await DemoWorld.StartAsync();
        await PrefixWorld.PrepareAsync(world);
        var sandbox = world.Worker.SandboxOf("openfaas-fn");
        Assert.True(await sandbox.TryOffloadAsync(world.DigestOf("sql"), Token));
        Assert.Empty(sandbox.Prefixes);

        Assert.True((await world.Worker.GenerateAsync(PrefixWorld.Ask(world), Token)).Finished!.CachedPromptTokens >= 16);
        Assert.Single(sandbox.Prefixes);
    }

    [Fact]
    public async Task No_other_trust_domain_is_given_it_and_its_bytes_have_an_owner()
    {
        await using var world = await DemoWorld.StartAsync();
        var ledger = world.Worker.Get<HostLedger>();
        await PrefixWorld.PrepareAsync(world);
        var image = Assert.Single(world.Worker.Get<PrefixImages>().Inventory);
        Assert.Equal("openfaas-fn", image.Key.Sandbox.TrustDomain.Value);
        Assert.Equal(image.Size, Assert.Single(ledger.Owners, owner => owner.Key.StartsWith("prefix ", StringComparison.Ordinal)).Value);

        Assert.Equal(0, (await world.Worker.GenerateAsync(PrefixWorld.Ask(world, "elsewhere"), Token)).Finished!.CachedPromptTokens);
        Assert.Empty(world.Worker.SandboxOf("elsewhere").Prefixes);

        await PrefixWorld.OffloadAsync(world, StorageTier.Disk);
        Assert.Empty(world.Worker.Get<PrefixImages>().Inventory);

        // Its bytes are free as soon as it is not being written to disk.
        await Patience.UntilAsync(() => !ledger.Owners.Keys.Any(owner => owner.StartsWith("prefix ", StringComparison.Ordinal)));
    }

    /// <summary>A function that was removed and deployed again begins at its first revision again.</summary>
    [Fact]
    public async Task What_was_computed_of_another_prompt_under_the_same_name_is_not_used_and_goes()
    {
        await using var world = await DemoWorld.StartAsync();
        await PrefixWorld.PrepareAsync(world);
        await PrefixWorld.EndAsync(world, world.Worker.SandboxOf("openfaas-fn"), isKilled: false);
        const string Another = "You answer in many words, you explain yourself at length, and you never use anything but complete sentences.";

        var plain = await world.Worker.GenerateAsync(PrefixWorld.Ask(world, "elsewhere", Another), Token);
        var answer = await world.Worker.GenerateAsync(PrefixWorld.Ask(world, system: Another), Token);

        Assert.Equal((plain.Text, 0), (answer.Text, answer.Finished!.CachedPromptTokens));
        Assert.Empty(world.Worker.Get<PrefixImages>().Inventory);
    }

    [Fact]
    public async Task A_host_that_needs_the_room_keeps_none()
    {
        await using var world = await DemoWorld.StartAsync();
        await PrefixWorld.PrepareAsync(world);
        var images = world.Worker.Get<PrefixImages>();
        var image = Assert.Single(images.Inventory);

        using (images.TryUse(image.Key))
        {
            Assert.False(images.TryEvictOne());
        }

        // It may be being written to disk at this very moment.
        await Patience.UntilAsync(images.TryEvictOne);
        Assert.Empty(images.Inventory);
        Assert.Null(images.TryLease(image.Key, world.Worker.Get<HostLedger>().Capacity));
        using var room = images.TryLease(image.Key, image.Size);
        Assert.NotNull(room);
    }
}
