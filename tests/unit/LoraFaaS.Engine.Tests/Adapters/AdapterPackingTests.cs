using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Checkpoints.Safetensors;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Tests.TestData;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Tests.Adapters;

public sealed class AdapterPackingTests
{
    [Fact]
    public async Task Any_number_of_threads_makes_the_image_that_one_makes()
    {
        using var adapter = new OpenAdapter();
        var whole = adapter.Packed();
        var image = new byte[whole.Length];
        var packing = adapter.Begin();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => packing.Run(Into(image), CancellationToken.None))));

        Assert.True(packing.Whole.IsCompletedSuccessfully);
        Assert.Equal(whole, image);
    }

    [Fact]
    public async Task What_is_said_to_be_there_is_there_while_another_thread_stands_still_with_a_piece()
    {
        using var adapter = new OpenAdapter();
        var whole = adapter.Packed();
        var image = new byte[whole.Length];
        var packing = adapter.Begin();
        var isHeld = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var mayGo = new ManualResetEventSlim();
        var reached = new List<long>();

        // The second piece's thread stands still until all others are done.
        var slow = Task.Run(() => packing.Run(
            (piece, offset) =>
            {
                if (offset > 0 && isHeld.TrySetResult(offset))
                {
                    mayGo.Wait(TestContext.Current.CancellationToken);
                }

                Into(image)(piece, offset);
            },
            CancellationToken.None));
        var held = await isHeld.Task;
        packing.Run(Into(image), CancellationToken.None, reached.Add);

        Assert.False(packing.Whole.IsCompleted);
        Assert.All(reached, there => Assert.Equal(held, there));
        Assert.Equal(whole[..(int)held], image[..(int)held]);

        mayGo.Set();
        await slow;
        Assert.Equal(whole, image);
        Assert.True(packing.Whole.IsCompletedSuccessfully);
    }

    [Fact]
    public void Who_comes_when_all_is_done_writes_nothing()
    {
        using var adapter = new OpenAdapter();
        var packing = adapter.Begin();
        var reached = new List<long>();
        packing.Run((_, _) => { }, CancellationToken.None, reached.Add);

        packing.Run((_, _) => throw new InvalidOperationException("written after the end"), CancellationToken.None);

        Assert.Equal(packing.Bytes, reached[^1]);
        Assert.Equal(reached.Order(), reached);
    }

    [Fact]
    public void One_that_could_not_be_read_is_never_whole()
    {
        using var adapter = new OpenAdapter();
        var packing = adapter.Begin();

        Assert.Throws<IOException>(() => packing.Run((_, offset) => { if (offset > 0) { throw new IOException("gone"); } }, CancellationToken.None));
        packing.Run((_, _) => { }, CancellationToken.None);

        Assert.False(packing.Whole.IsCompleted);
    }

    private static ImageWrite Into(byte[] image) => (piece, offset) => piece.CopyTo(image.AsSpan((int)offset));

    /// <summary>A demo adapter's file.</summary>
    private sealed class OpenAdapter : IDisposable
    {
        private readonly SafetensorsFile _tensors = SafetensorsFile.Open(Path.Combine(GoldenFiles.DemoAdapter("sql"), "adapter_model.safetensors")).ValueOrThrow();
        private readonly Checkpoints.Configuration.ModelConfig _backbone = Checkpoint.ReadConfig(GoldenFiles.DemoBackbone).ValueOrThrow();
        private readonly AdapterWeights _weights;

        public OpenAdapter()
        {
            var config = AdapterConfig.Parse(File.ReadAllBytes(Path.Combine(GoldenFiles.DemoAdapter("sql"), "adapter_config.json"))).ValueOrThrow();
            _weights = Assert.IsType<AdapterValidation.Valid>(AdapterValidator.ValidateShapes(config, _tensors, _backbone)).Weights;
        }

        public AdapterPacking Begin() => new(_weights, _tensors, _backbone);

        public byte[] Packed()
        {
            var image = new byte[AdapterPacker.Measure(_weights, _backbone)];
            AdapterPacker.Pack(_weights, _tensors, _backbone, image, CancellationToken.None);
            return image;
        }

        public void Dispose() => _tensors.Dispose();
    }
}
