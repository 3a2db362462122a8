using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Protocol.Tests.Hosts;

public sealed class StartFailureTests
{
    [Theory]
    [InlineData("Size: The field Adapters.Size must match the regular expression '^[0-9]+$'.", "The field Store:Size must match the regular expression '^[0-9]+$'.")]
    [InlineData("Size: a size like 8Gi (Store:Size)", "a size like 8Gi (Store:Size)")]
    [InlineData("Two of them: neither has a name of its own", "Two of them: neither has a name of its own")]
    public void A_setting_that_will_not_do_is_called_what_it_is_set_by(string failure, string said) =>
        Assert.Equal(said, StartFailure.Describe(new OptionsValidationException("", typeof(Adapters), [failure])));

    [Fact]
    public void Options_without_a_section_are_left_in_their_own_words() =>
        Assert.Equal("Size: too small", StartFailure.Describe(new OptionsValidationException("", typeof(string), ["Size: too small"])));

    private sealed class Adapters
    {
        public const string Section = "Store";
    }
}
