using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Tests.OpenAi;

public sealed class ColdStartAccountTests
{
    [Theory]
    [InlineData(true, StorageTier.Disk, "prefix=cached,prefix-tier=disk,prefix-bytes=4096", "disk", 4_096)]
    [InlineData(true, StorageTier.Host, "prefix=cached,prefix-tier=host", "host")]
    [InlineData(true, StorageTier.Device, "prefix=cached,prefix-tier=device", "device")]
    [InlineData(true, StorageTier.Remote, "prefix=cached", null)] // A worker that does not say.
    [InlineData(false, StorageTier.Remote, "prefix=none", null)]
    public void The_account_names_where_the_prompts_beginning_came_from(bool isCached, StorageTier tier, string header, string? name, long bytes = 0)
    {
        var account = ColdStartAccount.From(new ColdStart { PrefixMs = 7.5, PrefixCached = isCached, PrefixTier = (int)tier, PrefixBytes = bytes })!.Value;

        Assert.Equal((7.5, name, bytes), (account.PrefixMs, account.PrefixTier, account.PrefixBytes ?? 0));
        Assert.EndsWith($",{header}", account.ToHeader(), StringComparison.Ordinal);
    }
}
