using LoraFaaS.Cli.Stack;

namespace LoraFaaS.Cli.Tests.Stack;

public sealed class EnvironmentSubstitutionTests
{
    [Theory]
    [InlineData("a: ${NAME}", "a: value")]
    [InlineData("a: ${NAME:-other}", "a: value")]
    [InlineData("a: ${MISSING:-other}", "a: other")]
    [InlineData("a: ${MISSING}", "a: ")]
    [InlineData("a: ${EMPTY:-other}", "a: other")]
    [InlineData("a: $NAME and ${unclosed", "a: $NAME and ${unclosed")]
    [InlineData("${NAME}${NAME}", "valuevalue")]
    public void Variables_are_replaced_as_faas_cli_replaces_them(string text, string expected)
    {
        var result = EnvironmentSubstitution.Apply(text, name => name switch
        {
            "NAME" => "value",
            "EMPTY" => "",
            _ => null,
        });

        Assert.Equal(expected, result);
    }
}
