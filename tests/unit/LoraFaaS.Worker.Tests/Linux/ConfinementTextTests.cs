using LoraFaaS.Linux.Confinement;

namespace LoraFaaS.Worker.Tests.Linux;

public sealed class ConfinementTextTests
{
    [Fact]
    public void What_is_written_is_read_again()
    {
        var random = new Random(7);

        for (var i = 0; i < 200; i++)
        {
            var confinement = Draw(random);
            var again = ConfinementText.Read(ConfinementText.Write(confinement));

            Assert.Equal(ConfinementText.Write(confinement), ConfinementText.Write(again));
            Assert.Equal(confinement with { Readable = [], Executable = [], Cgroups = [], Limits = [] }, again with { Readable = [], Executable = [], Cgroups = [], Limits = [] });
            Assert.Equal(confinement.Readable.AsEnumerable(), again.Readable);
            Assert.Equal(confinement.Executable.AsEnumerable(), again.Executable);
            Assert.Equal(confinement.Cgroups.AsEnumerable(), again.Cgroups);
            Assert.Equal(confinement.Limits.AsEnumerable(), again.Limits);
        }
    }

    [Theory]
    [InlineData("calls=off")]
    [InlineData("files=")]
    [InlineData("network")]
    [InlineData("kind=9")]
    [InlineData("limit=4")]
    public void A_word_nobody_knows_is_refused_and_not_left_out(string word) => Assert.ThrowsAny<Exception>(() => ConfinementText.Read([word]));

    private static Confinement Draw(Random random) => new()
    {
        Kind = (ConfinedKind)random.Next(2),
        Socket = $"/tmp/a b={random.Next()}/s",
        DropCapabilities = Flip(random),
        UserBase = Flip(random) ? (uint)random.Next() : null,
        NetworkNamespace = Flip(random),
        IpcNamespace = Flip(random),
        PrivateTmpBytes = Flip(random) ? random.NextInt64(1L << 40) : null,
        WritableFolder = Flip(random) ? "/tmp/x=y" : null,
        FileRules = Flip(random),
        Readable = [.. Enumerable.Range(0, random.Next(4)).Select(i => $"/read/{i}=")],
        Executable = [.. Enumerable.Range(0, random.Next(4)).Select(i => $"/execute me/{i}")],
        Cgroups = [.. Enumerable.Range(0, random.Next(3)).Select(i => $"/sys/fs/cgroup/{i}")],
        Limits = [.. Enumerable.Range(0, random.Next(4)).Select(i => new ResourceLimit((Resource)random.Next(1, 8), (ulong)random.NextInt64()))],
        CallFilter = Flip(random),
        CallWatch = Flip(random),
    };

    private static bool Flip(Random random) => random.Next(2) == 0;
}
