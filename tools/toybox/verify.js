// Compares exported graphs in ONNX Runtime with the reference tensors that export.py wrote.  usage: node verify.js OUT_DIR REF_DIR
// Exit code 1 if a graph is off by more than its limit: largest difference over the root mean square of the reference.
const FLOAT32=1e-3, FLOAT16_WEIGHTS=1e-2; let wrong=0;
const ort=require('onnxruntime-node'),fs=require('fs'),path=require('path'); const D=process.argv[2], R=process.argv[3];
const f=n=>{const b=fs.readFileSync(path.join(R,n+'.bin'));return new Float32Array(b.buffer,b.byteOffset,b.length/4)}, i=n=>{const b=fs.readFileSync(path.join(R,n+'.bin'));const a=new BigInt64Array(b.length/8);for(let k=0;k<a.length;k++)a[k]=b.readBigInt64LE(k*8);return a};
const T=(d,s)=>new ort.Tensor(d instanceof BigInt64Array?'int64':'float32',d,s);
const cmp=(n,a,b,limit)=>{let m=0,s=0,q=0;for(let k=0;k<b.length;k++){const e=Math.abs(a[k]-b[k]);m=Math.max(m,e);s+=e*e;q+=b[k]*b[k]}const ok=a.length>=b.length&&Math.sqrt(s/b.length)>=0&&m<=limit*Math.sqrt(q/b.length);if(!ok)wrong++;console.log((ok?'ok    ':'WRONG ')+n.padEnd(14),'max|diff|',m.toExponential(2),'rms diff',Math.sqrt(s/b.length).toExponential(2),'rms ref',Math.sqrt(q/b.length).toFixed(3))};
const S=async p=>ort.InferenceSession.create(path.join(D,p),{intraOpNumThreads:1});
(async()=>{
 let s=await S('text_encoder/model.onnx'),L=i('ids').length/3; let r=await s.run({input_ids:T(i('ids'),[3,L])}); cmp('text_encoder',r.last_hidden_state.data,f('hs'),FLOAT32);
 s=await S('unet/model.onnx'); let hs=f('hs'),x=f('x'); r=await s.run({sample:T(x,[3,4,16,16]),timestep:T(i('t'),[3]),encoder_hidden_states:T(hs,[3,L,128])}); cmp('unet',r.out_sample.data,f('eps'),FLOAT16_WEIGHTS);
 const one=await s.run({sample:T(x.slice(0,1024),[1,4,16,16]),timestep:T(i('t').slice(0,1),[1]),encoder_hidden_states:T(hs.slice(0,L*128),[1,L,128])}); cmp('unet b1',one.out_sample.data,f('eps').slice(0,1024),FLOAT16_WEIGHTS);
 let t0=Date.now(); for(let k=0;k<20;k++) await s.run({sample:T(x.slice(0,2048),[2,4,16,16]),timestep:T(i('t').slice(0,1),[1]),encoder_hidden_states:T(hs.slice(0,2*L*128),[2,L,128])}); console.log('unet CFG pair ms',(Date.now()-t0)/20);
 s=await S('vae_encoder/model.onnx'); r=await s.run({sample:T(f('im'),[3,3,64,64])}); cmp('vae_encoder',r.latent_sample.data,f('z'),FLOAT32);
 s=await S('vae_decoder/model.onnx'); r=await s.run({latent_sample:T(f('z'),[3,4,16,16])}); cmp('vae_decoder',r.sample.data,f('rec'),FLOAT32);
 if(fs.existsSync(path.join(D,'clip/image_encoder.onnx'))){ s=await S('clip/image_encoder.onnx'); r=await s.run({pixel_values:T(f('im'),[3,3,64,64])}); cmp('clip image',r.image_embeds.data,f('ie'),FLOAT16_WEIGHTS); s=await S('clip/text_encoder.onnx'); r=await s.run({input_ids:T(i('ids'),[3,L])}); cmp('clip text',r.text_embeds.data,f('te'),FLOAT16_WEIGHTS); }
 process.exitCode=wrong?1:0;
})().catch(e=>{console.error(e);process.exitCode=1});
