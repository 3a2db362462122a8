namespace LoraFaaS.Gateway.Tests;

public sealed class SocketPlacesTests
{
    [Fact]
    public void Each_thread_has_a_processor_of_its_own() => Assert.Equal([(70, 2), (71, 5)], SocketPlaces.Assign([70, 71], [2, 5]));

    [Theory]
    [InlineData(2, 4)]
    [InlineData(2, 1)]
    [InlineData(1, 1)]
    [InlineData(0, 2)]
    public void With_more_or_fewer_processors_than_threads_the_kernel_chooses(int threads, int processors) =>
        Assert.Empty(SocketPlaces.Assign([.. Enumerable.Range(70, threads)], [.. Enumerable.Range(0, processors)]));
}
