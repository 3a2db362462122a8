using LoraFaaS.Linux.Calls;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Worker.Isolation;

namespace LoraFaaS.Worker.Tests.Isolation;

public sealed class MappingRulesTests
{
    private const ulong Inside = 0x2000_0000_0000, Read = 1, Write = 2, Execute = 4, Shared = 1, NoReplace = 0x100000;
    private const string Backbone = "/memfd:backbone-0123456789ab (deleted)";

    [Fact]
    public void The_backbone_is_mapped_to_read_and_in_one_place()
    {
        Assert.False(MappingRules.IsAttempt(Inside, Read, Shared | NoReplace, Backbone));
        Assert.True(MappingRules.IsAttempt(Inside, Read | Write, Shared | NoReplace, Backbone));
        Assert.True(MappingRules.IsAttempt(Inside, Read | Execute, Shared | NoReplace, Backbone));
        Assert.True(MappingRules.IsAttempt(0, Read, Shared, Backbone));
        Assert.True(MappingRules.IsAttempt(Inside, Read, Shared, Backbone));
        Assert.True(MappingRules.IsAttempt(0x7000_0000_0000, Read, Shared | NoReplace, Backbone));
    }

    [Fact]
    public void Other_files_are_nobodys_business()
    {
        Assert.False(MappingRules.IsAttempt(0, Read | Write, Shared, "/memfd:lorafaas-turn-word (deleted)"));
        Assert.False(MappingRules.IsAttempt(0, Read, Shared, "/usr/share/dotnet/shared/x.dll"));
        Assert.False(MappingRules.IsAttempt(0, Read | Write, Shared, null));
    }

    [Fact]
    public void What_is_mapped_into_the_window_lies_there_and_never_upon_another()
    {
        using var memory = UnsealedMemory.Create("backbone-test", 4_096).Seal();
        using var one = memory.MapGuarded();
        using var other = memory.MapGuarded();

        unsafe
        {
            Assert.True(GuardedWindow.Holds((ulong)one.Address, NoReplace));
            Assert.True(GuardedWindow.Holds((ulong)other.Address, NoReplace));
            Assert.NotEqual((nint)one.Address, (nint)other.Address);
        }
    }

    [Fact]
    public void Only_shared_mappings_are_asked_about() =>
        Assert.All((SystemCall[])[SystemCall.Open, SystemCall.Close, SystemCall.Madvise], call => Assert.False(MappingRules.IsAttempt(new AskedCall(1, 1, call, 0, 0, 0))));
}
