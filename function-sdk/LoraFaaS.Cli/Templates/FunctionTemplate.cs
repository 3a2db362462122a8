using System.Security;

namespace LoraFaaS.Cli.Templates;

/// <summary>What <c>lorafaas new</c> writes: file names and texts. Pure.</summary>
internal static class FunctionTemplate
{
    private const string CodeFolder = "function";

    /// <summary>A stack file, and a place for the adapter.</summary>
    public static IReadOnlyDictionary<string, string> WithoutCode(string name, string image) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["stack.yml"] = Stack(name, image, "./adapter", "the PEFT folder (adapter_config.json, adapter_model.safetensors); lorafaas deploy pushes it"),
    };

    /// <summary>A stack file and a project that builds against the package of that feed.</summary>
    public static IReadOnlyDictionary<string, string> WithCode(string name, string image, string version, string feed, string cache) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["stack.yml"] = Stack(name, image, $"./{CodeFolder}", "the project; lorafaas deploy publishes and pushes it"),
        [$"{CodeFolder}/{name}.csproj"] = Project(version),
        [$"{CodeFolder}/Function.cs"] = Code(name),
        [$"{CodeFolder}/nuget.config"] = Sources(feed, cache),

        // The project is to mean the same wherever it lies: nothing of the folders above it.
        [$"{CodeFolder}/Directory.Build.props"] = "<Project />\n",
        [$"{CodeFolder}/Directory.Build.targets"] = "<Project />\n",
        [$"{CodeFolder}/Directory.Packages.props"] = "<Project />\n",
        [$"{CodeFolder}/.gitignore"] = "bin/\nobj/\n",
    };

    private static string Stack(string name, string image, string handler, string what) =>
        $"""
        version: 1.0
        provider:
          name: openfaas
          gateway: http://127.0.0.1:8080
        functions:
          {name}:
            lang: dockerfile
            skip_build: true
            # {what}
            handler: {handler}
            image: {image}

        """;

    private static string Project(string version) =>
        $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="LoraFaaS.Functions" Version="{version}" />
          </ItemGroup>
        </Project>

        """;

    private static string Code(string name) =>
        $$"""
        using LoraFaaS.Functions;

        /// <summary>Asks the adapter with the caller's text and passes on what it says, as it says it.</summary>
        public sealed class {{ClassName(name)}} : ILoraFunction
        {
            public async Task InvokeAsync(FunctionContext context, CancellationToken cancellationToken)
            {
                var request = GenerationRequest.OfConversation(context.Request.Conversation);

                await foreach (var happened in context.Generator.StreamAsync(request, cancellationToken))
                {
                    if (happened is GenerationEvent.Text piece)
                    {
                        await context.Response.WriteAsync(piece.Value, cancellationToken);
                    }
                }
            }
        }

        """;

    private static string Sources(string feed, string cache) =>
        $"""
        <configuration>
          <!-- Restores from this folder alone; for other packages add their source below it. -->
          <packageSources>
            <clear />
            <add key="lorafaas" value="{SecurityElement.Escape(feed)}" />
          </packageSources>
          <config>
            <add key="globalPackagesFolder" value="{SecurityElement.Escape(cache)}" />
          </config>
        </configuration>

        """;

    /// <summary><c>order-check</c> becomes <c>OrderCheckFunction</c>; a name may begin with a digit, a class may not.</summary>
    private static string ClassName(string name)
    {
        var words = string.Concat(name.Split('-', StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
        return (char.IsAsciiDigit(words[0]) ? "F" : "") + words + "Function";
    }
}
