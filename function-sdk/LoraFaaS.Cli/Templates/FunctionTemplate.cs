using System.Security;

namespace LoraFaaS.Cli.Templates;

/// <summary>What <c>lorafaas new</c> writes: file names and texts. Pure.</summary>
internal static class FunctionTemplate
{
    private const string CodeFolder = "function";
    private const string TestsFolder = "tests";

    /// <summary>A stack file, and a place for the adapter.</summary>
    public static IReadOnlyDictionary<string, string> WithoutCode(string name, string image) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["stack.yml"] = Stack(name, image, "./adapter", "the PEFT folder (adapter_config.json, adapter_model.safetensors); lorafaas deploy pushes it"),
    };

    /// <summary>A stack file, a project that builds against the package of that feed, and tests of it.</summary>
    public static IReadOnlyDictionary<string, string> WithCode(string name, string image, string version, string feed, string cache) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["stack.yml"] = Stack(name, image, $"./{CodeFolder}", "the project; lorafaas deploy publishes and pushes it"),
        [$"{CodeFolder}/{name}.csproj"] = Project(version),
        [$"{CodeFolder}/Function.cs"] = Code(name),
        [$"{TestsFolder}/{name}.Tests.csproj"] = TestProject(name, version),
        [$"{TestsFolder}/Tests.cs"] = Tests(name),
        ["nuget.config"] = Sources(feed, cache),

        // The projects are to mean the same wherever they lie: nothing of the folders above them.
        ["Directory.Build.props"] = "<Project />\n",
        ["Directory.Build.targets"] = "<Project />\n",
        ["Directory.Packages.props"] = "<Project />\n",
        [".gitignore"] = "bin/\nobj/\n",
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

    /// <summary>
    /// <c>dotnet test</c> runs the program itself: what an author needs to begin is in the one package, and nothing else is to be downloaded. Any test
    /// framework takes its place.
    /// </summary>
    private static string TestProject(string name, string version) =>
        $"""
        <Project>
          <Import Project="Sdk.props" Sdk="Microsoft.NET.Sdk" />
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="LoraFaaS.Functions" Version="{version}" />
            <ProjectReference Include="../{CodeFolder}/{name}.csproj" />
          </ItemGroup>
          <Import Project="Sdk.targets" Sdk="Microsoft.NET.Sdk" />
          <!-- dotnet test: builds and runs the program, whose exit code says how many tests failed. Remove it when a test framework is added. -->
          <Target Name="VSTest" DependsOnTargets="Build">
            <Exec Command="&quot;$(DOTNET_HOST_PATH)&quot; exec &quot;$(TargetPath)&quot;" />
          </Target>
        </Project>

        """;

    private static string Tests(string name) =>
        $$"""
        using LoraFaaS.Contracts.Errors;
        using LoraFaaS.Functions;
        using LoraFaaS.Functions.Testing;

        // The function in this process, with an adapter that says what it is told to. Each test ends with an exception where it fails.
        (string Name, Func<Task> Test)[] tests =
        [
            ("It answers what the adapter says", async () =>
            {
                var adapter = new ScriptedGenerator("as it says it");
                using var call = new TestInvocation("what the caller wrote", adapter);

                Equal("as it says it", await call.RunAsync(new {{ClassName(name)}}()));
                Equal(1, adapter.Asked.Count);
            }),
            ("A refusal of the adapter reaches the caller", async () =>
            {
                var adapter = new ScriptedGenerator("never said") { Refusal = ErrorCode.QueueFull };
                using var call = new TestInvocation("x", adapter);

                try
                {
                    await call.RunAsync(new {{ClassName(name)}}());
                }
                catch (GenerationException refused)
                {
                    Equal(ErrorCode.QueueFull, refused.Code);
                    return;
                }

                throw new InvalidOperationException("it was swallowed");
            }),
        ];

        var failed = 0;

        foreach (var (test, run) in tests)
        {
            try
            {
                await run();
                Console.WriteLine($"passed  {test}");
            }
            catch (Exception problem)
            {
                failed++;
                Console.WriteLine($"failed  {test}: {problem.Message}");
            }
        }

        Console.WriteLine($"{tests.Length - failed} passed, {failed} failed");
        return failed;

        static void Equal<T>(T expected, T actual)
        {
            if (!EqualityComparer<T>.Default.Equals(expected, actual))
            {
                throw new InvalidOperationException($"{actual} instead of {expected}");
            }
        }

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
